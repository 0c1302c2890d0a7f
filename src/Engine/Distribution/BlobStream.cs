using System.Net;
using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>A blob as it arrives, hashed on the way: its end is reached only when every byte is what the digest promises.</summary>
/// <remarks>When the connection breaks it goes on at the byte where it broke off; a server that knows no ranges sends all again, and what
/// was read before is skipped. Only tries count that brought nothing worth a request, so no server can draw a download out for ever.</remarks>
internal sealed class BlobStream : ReadingStream
{
    /// <summary>What a try must bring forward in order not to count.</summary>
    public const int WorthATry = 1 << 16;

    private readonly RegistryConnection _connection;
    private readonly RegistryRequest _request;
    private readonly Digest _digest;
    private readonly IncrementalHash _hash;
    private readonly RateWatch _rate;
    private readonly Tries _tries;
    private HttpResponseMessage _response;
    private Stream? _body;
    private long? _size;
    private long _position;
    private long _toSkip;
    private long _mark;
    private bool _knowsRanges = true;
    private bool _ended;

    /// <param name="request">Made <paramref name="response"/>.</param>
    /// <param name="response">A success; its body is not read yet. The stream owns it.</param>
    public BlobStream(RegistryConnection connection, RegistryRequest request, HttpResponseMessage response, Digest digest)
    {
        (_connection, _request, _response, _digest) = (connection, request, response, digest);
        (_rate, _tries) = (new RateWatch(connection.Options), new Tries(connection.Options));
        _size = response.Content.Headers.ContentLength;
        _hash = IncrementalHash.CreateHash(digest.Algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);
    }

    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!_ended && !buffer.IsEmpty)
        {
            var (read, broken) = await TryReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (broken is not null || (read == 0 && (_toSkip > 0 || _position < _size))) await ReopenAsync(broken ?? new EndOfStreamException("the answer ended too early"), cancellationToken).ConfigureAwait(false);
            else if (read == 0) End();
            else if (_toSkip > 0) _toSkip -= read;
            else return Take(buffer[..read]);
        }
        return 0;
    }

    // A network is waited for, never blocked on.
    public override int Read(Span<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _body?.Dispose();
            _response.Dispose();
            _hash.Dispose();
        }
        base.Dispose(disposing);
    }

    private async Task<(int Read, Exception? Broken)> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var part = _toSkip > 0 && _toSkip < buffer.Length ? buffer[..(int)_toSkip] : buffer;
        try
        {
            var begun = _connection.Options.Time.GetTimestamp();
            var read = await IdleWatch.RunAsync(_connection.Options, async watch =>
            {
                _body ??= await _response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
                return await _body.ReadAsync(part, watch.Token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
            _rate.Count(_connection.Options.Time.GetElapsedTime(begun), read);
            return (read, null);
        }
        catch (Exception e) when (Attempt.IsBroken(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return (0, e);
        }
    }

    private int Take(Memory<byte> part)
    {
        _hash.AppendData(part.Span);
        _position += part.Length;
        if (_position - _mark < WorthATry) return part.Length;
        _mark = _position;
        _tries.Reset();
        return part.Length;
    }

    private void End()
    {
        _ended = true;
        var found = Convert.ToHexStringLower(_hash.GetHashAndReset());
        if (found != _digest.Hex) throw _connection.Errors.Wrong($"other bytes than '{_digest}' promises", _request.Scope.Repository);
    }

    private async Task ReopenAsync(Exception broken, CancellationToken cancellationToken)
    {
        await _connection.PauseOrThrowAsync(new(null, broken), _tries, _request.Scope.Repository, cancellationToken).ConfigureAwait(false);
        _body?.Dispose();
        _body = null;
        _response.Dispose();
        var from = _knowsRanges ? _position : 0;
        _response = await _connection.SendAsync(_request with { From = from, Expected = from > 0 ? [HttpStatusCode.RequestedRangeNotSatisfiable] : [] }, cancellationToken).ConfigureAwait(false);
        var continues = _response.StatusCode == HttpStatusCode.PartialContent && _response.Content.Headers.ContentRange?.From == from;
        _knowsRanges = continues || from == 0;
        _toSkip = continues ? 0 : _position;
        if (_response.StatusCode is HttpStatusCode.RequestedRangeNotSatisfiable or HttpStatusCode.PartialContent && !continues) await ReopenAsync(broken, cancellationToken).ConfigureAwait(false);
    }
}
