using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Contents;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary><c>containerd.services.content.v1.Content</c>: layouts that the build lends are read, and its result is written into the store, but for what is there.</summary>
internal sealed class LentContent(RemoteGraph graph) : Content.ContentBase
{
    private const int Largest = 1 << 20;

    public override async Task<InfoResponse> Info(InfoRequest request, ServerCallContext context)
    {
        var (_, size) = await FindAsync(request.Digest, context).ConfigureAwait(false);
        return new InfoResponse { Info = new Info { Digest = request.Digest, Size = size } };
    }

    public override async Task Read(ReadContentRequest request, IServerStreamWriter<ReadContentResponse> responseStream, ServerCallContext context)
    {
        var (source, size) = await FindAsync(request.Digest, context).ConfigureAwait(false);
        var content = await source.FindAsync(Digest.Parse(request.Digest), context.CancellationToken).ConfigureAwait(false) ?? throw NotFound(request.Digest);
        await using var closed = content.ConfigureAwait(false);
        var (offset, rest) = (request.Offset, request.Size > 0 ? Math.Min(request.Size, size - request.Offset) : size - request.Offset);
        await SkipAsync(content, offset, context.CancellationToken).ConfigureAwait(false);
        while (rest > 0)
        {
            var piece = new byte[Math.Min(rest, Largest)];
            var read = await content.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, context.CancellationToken).ConfigureAwait(false);
            if (read == 0) throw new RpcException(new Status(StatusCode.DataLoss, $"{request.Digest} is cut off"));
            await responseStream.WriteAsync(new ReadContentResponse { Offset = offset, Data = UnsafeByteOperations.UnsafeWrap(piece.AsMemory(0, read)) }, context.CancellationToken).ConfigureAwait(false);
            (offset, rest) = (offset + read, rest - read);
        }
    }

    public override async Task Write(IAsyncStreamReader<WriteContentRequest> requestStream, IServerStreamWriter<WriteContentResponse> responseStream, ServerCallContext context)
    {
        if (StoreOf(context) != SessionContent.Export) throw new RpcException(new Status(StatusCode.PermissionDenied, "only the result may be written"));
        var ingest = graph.Store.BeginIngest();
        await using var closed = ingest.ConfigureAwait(false);
        try
        {
            while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
                await responseStream.WriteAsync(await TakeAsync(ingest, requestStream.Current, context.CancellationToken).ConfigureAwait(false), context.CancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, e.Message));
        }
    }

    private async Task<WriteContentResponse> TakeAsync(ContentIngest ingest, WriteContentRequest request, CancellationToken cancellationToken)
    {
        var expected = Digest.TryParse(request.Expected, out var digest) ? digest : (Digest?)null;
        if (expected is { } wanted && await HasAsync(wanted, cancellationToken).ConfigureAwait(false)) throw new RpcException(new Status(StatusCode.AlreadyExists, $"{wanted}: already exists"));
        if (request.Action != WriteAction.Stat && request.Offset != ingest.Length)
            throw new RpcException(new Status(StatusCode.OutOfRange, string.Create(CultureInfo.InvariantCulture, $"{ingest.Length} bytes are written, not {request.Offset}")));
        if (!request.Data.IsEmpty) await ingest.WriteAsync(request.Data.Memory, cancellationToken).ConfigureAwait(false);
        var answer = new WriteContentResponse { Action = request.Action, Offset = ingest.Length, Total = request.Total };
        if (request.Action == WriteAction.Commit) answer.Digest = (await ingest.CommitAsync(expected, request.Total > 0 ? request.Total : null, cancellationToken).ConfigureAwait(false)).ToString();
        return answer;
    }

    private async Task<bool> HasAsync(Digest digest, CancellationToken cancellationToken)
    {
        graph.Store.Retain(digest);
        return graph.KnownBlobs.Contains(digest) || await graph.Store.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) is not null;
    }

    private async Task<(IContentSource Source, long Size)> FindAsync(string text, ServerCallContext context)
    {
        if (!Digest.TryParse(text, out var digest)) throw NotFound(text);
        foreach (var source in SourcesOf(StoreOf(context)))
            if (await source.FindSizeAsync(digest, context.CancellationToken).ConfigureAwait(false) is { } size)
                return (source, size);
        throw NotFound(text);
    }

    private IEnumerable<IContentSource> SourcesOf(string store)
    {
        if (store == SessionContent.Export) return [graph.Store];
        var layouts = SessionContent.OfLayout("");
        return store.StartsWith(layouts, StringComparison.Ordinal) && graph.Session.FindLayout(store[layouts.Length..]) is { } layout ? [layout] : [];
    }

    private static string StoreOf(ServerCallContext context) => context.GetHttpContext().Request.Headers["buildkit-attachable-store-id"].FirstOrDefault() ?? "";

    private static async Task SkipAsync(Stream content, long count, CancellationToken cancellationToken)
    {
        if (content.CanSeek)
        {
            content.Seek(count, SeekOrigin.Current);
            return;
        }
        for (var buffer = new byte[Math.Min(count, Largest)]; count > 0;)
        {
            var read = await content.ReadAsync(buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), cancellationToken).ConfigureAwait(false);
            if (read == 0) return;
            count -= read;
        }
    }

    private static RpcException NotFound(string digest) => new(new Status(StatusCode.NotFound, $"{digest}: not found"));
}
