using System.Security.Cryptography;
using Grpc.Core;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Contents;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>Content of a client's store. Its end is only reached when it was what it should be.</summary>
internal sealed class SessionBlob : PieceStream
{
    private readonly AsyncServerStreamingCall<ReadContentResponse> _call;
    private readonly IncrementalHash _hash;
    private readonly string _store;
    private readonly Digest _digest;
    private readonly long _size;
    private long _received;

    public SessionBlob(AsyncServerStreamingCall<ReadContentResponse> call, string store, Digest digest, long size)
    {
        (_call, _store, _digest, _size) = (call, store, digest, size);
        _hash = IncrementalHash.CreateHash(digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    }

    protected override async ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
            {
                Verify();
                return null;
            }
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, $"read '{_digest}' of '{_store}'");
        }
        var piece = _call.ResponseStream.Current.Data.Memory;
        _received += piece.Length;
        if (_received > _size) throw SessionErrors.Wrong($"'{_digest}' of '{_store}' has more than its {_size} bytes");
        _hash.AppendData(piece.Span);
        return piece;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _call.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private void Verify()
    {
        if (_received != _size) throw SessionErrors.Wrong($"'{_digest}' of '{_store}' has {_received} bytes instead of {_size}");
        if (!CryptographicOperations.FixedTimeEquals(_hash.GetHashAndReset(), Convert.FromHexString(_digest.Hex))) throw SessionErrors.Wrong($"the content of '{_digest}' of '{_store}' has another digest");
    }
}
