using Grpc.Core;
using MsBuildKit.Tool.Protocol.Upload;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>Bytes that the client gives out once, under an address that only its own graphs know.</summary>
internal sealed class SessionUpload : PieceStream
{
    public const string Method = "/moby.upload.v1.Upload/Pull";

    private readonly AsyncDuplexStreamingCall<BytesMessage, BytesMessage> _call;
    private readonly Uri _address;
    private bool _begun;

    /// <summary>Asks for an upload.</summary>
    public SessionUpload(ClientSession client, Uri address)
    {
        _address = address;
        _call = new Upload.UploadClient(client.Channel).Pull(new Metadata { { "urlpath", address.AbsolutePath }, { "urlhost", address.Authority } }, cancellationToken: client.Closed);
    }

    protected override async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!_begun) await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
            _begun = true;
            if (!await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false)) return null;
            return _call.ResponseStream.Current.Data.Memory;
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, $"give the upload '{_address}'");
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _call.Dispose();
        base.Dispose(disposing);
    }
}
