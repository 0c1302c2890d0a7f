using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Contents;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>A client's store in memory, with containerd's rules for writing.</summary>
internal sealed class FakeContent(string store) : Content.ContentBase
{
    private const int Piece = 1 << 15;

    public ConcurrentDictionary<string, byte[]> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Messages with bytes that came.</summary>
    public int Writes { get; private set; }

    /// <summary>Its digest is told and something else is kept.</summary>
    public bool IsBroken { get; init; }

    public Digest Add(byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        Blobs[digest.ToString()] = bytes;
        return digest;
    }

    public override Task<InfoResponse> Info(InfoRequest request, ServerCallContext context) =>
        Task.FromResult(new InfoResponse { Info = new Info { Digest = request.Digest, Size = Get(request.Digest, context).Length } });

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        foreach (var piece in Get(request.Digest, context).Chunk(Piece)) await responseStream.WriteAsync(new ReadContentResponse { Data = ByteString.CopyFrom(piece) });
    }

    public override async Task Write(IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context)
    {
        RequireStore(context);
        var bytes = new MemoryStream();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var request = requestStream.Current;
            if (Blobs.ContainsKey(request.Expected)) throw new RpcException(new Status(StatusCode.AlreadyExists, "blob exists"));
            if (request.Action != WriteAction.Stat && request.Offset != bytes.Length) throw new RpcException(new Status(StatusCode.OutOfRange, "not the current offset"));
            if (request.Action == WriteAction.Write) Writes++;
            bytes.Write(request.Data.Span);
            var digest = IsBroken ? Digest.Of([]) : Digest.Of(bytes.ToArray());
            if (request.Action == WriteAction.Commit) Blobs[digest.ToString()] = bytes.ToArray();
            await responseStream.WriteAsync(new WriteContentResponse { Action = request.Action, Offset = bytes.Length, Digest = digest.ToString() });
        }
    }

    private byte[] Get(string digest, ServerCallContext context)
    {
        RequireStore(context);
        return Blobs.GetValueOrDefault(digest) ?? throw new RpcException(new Status(StatusCode.NotFound, $"{digest}: not found"));
    }

    private void RequireStore(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue("buildkit-attachable-store-id") != store) throw new RpcException(new Status(StatusCode.NotFound, "unknown store"));
    }
}
