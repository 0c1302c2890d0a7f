using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Remembers the end of what a step wrote, for the error that names it.</summary>
internal sealed class OutputTail
{
    private const int Bytes = 8 << 10, Lines = 20;

    private readonly byte[] _ring = new byte[Bytes];
    private long _written;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Bytes)
        {
            _written += bytes.Length - Bytes;
            bytes = bytes[^Bytes..];
        }
        var at = (int)(_written % Bytes);
        var first = Math.Min(bytes.Length, Bytes - at);
        bytes[..first].CopyTo(_ring.AsSpan(at));
        bytes[first..].CopyTo(_ring);
        _written += bytes.Length;
    }

    /// <summary>The last lines; one that began before what is remembered lacks its beginning.</summary>
    public IReadOnlyList<string> LastLines()
    {
        var at = (int)(_written % Bytes);
        byte[] bytes = _written <= Bytes ? _ring[..(int)_written] : [.. _ring[at..], .. _ring[..at]];
        return [.. Encoding.UTF8.GetString(bytes).Split('\n').Select(l => l.TrimEnd('\r')).Where(l => l.Length > 0).TakeLast(Lines)];
    }
}
