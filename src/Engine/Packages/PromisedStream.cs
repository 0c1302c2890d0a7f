using System.Security.Cryptography;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Packages;

/// <summary>A stream that must turn out to be what was promised: what is longer is refused as soon as it shows, what is different at its end.</summary>
internal sealed class PromisedStream(Stream inner, string sha256, long size) : ReadingStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _position;

    public override long Length => size;

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        _position += read;
        _hash.AppendData(buffer[..read]);
        if (_position > size || (read == 0 && buffer.Length > 0 && Convert.ToHexStringLower(_hash.GetCurrentHash()) != sha256))
            throw new InvalidDataException("it unpacks to something else than its release file promises");
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }
}
