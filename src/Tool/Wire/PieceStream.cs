namespace MsBuildKit.Tool.Wire;

/// <summary>A stream that is read once, from its beginning on, and comes in pieces.</summary>
internal abstract class PieceStream : ConnectionStream
{
    private ReadOnlyMemory<byte> _rest;
    private bool _ended;

    public override bool CanWrite => false;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return 0;
        while (_rest.IsEmpty)
        {
            if (_ended) return 0;
            if (await ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } piece) _rest = piece;
            else _ended = true;
        }
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    /// <summary>The next piece, or <c>null</c> at the end; not asked again after that.</summary>
    protected abstract ValueTask<ReadOnlyMemory<byte>?> ReceiveAsync(CancellationToken cancellationToken);
}
