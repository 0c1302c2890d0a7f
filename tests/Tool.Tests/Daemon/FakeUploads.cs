using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Protocol.Upload;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>A client with one upload, which it gives out once.</summary>
internal sealed class FakeUploads(string id, byte[] content) : Upload.UploadBase
{
    private const int Piece = 1 << 20;

    private int _given;

    public override async Task Pull(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue("urlhost") != "buildkit-session" || context.RequestHeaders.GetValue("urlpath") != "/" + id || Interlocked.Exchange(ref _given, 1) != 0)
            throw new RpcException(new Status(StatusCode.Unknown, $"no http response from session for {id}"));
        foreach (var piece in content.Chunk(Piece)) await responseStream.WriteAsync(new BytesMessage { Data = ByteString.CopyFrom(piece) });
    }
}
