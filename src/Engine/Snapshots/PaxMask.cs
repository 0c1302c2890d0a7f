namespace MsBuildKit.Engine.Snapshots;

/// <summary>Writes over the values of extended attributes in pax records as they flow by.</summary>
/// <remarks>They are bytes, and the framework's reader takes every record for a line of text: a line feed in one made it refuse the layer.
/// <see cref="TarWatch"/> has read them before.</remarks>
internal sealed class PaxMask
{
    private const int LargestLength = 1 << 24;

    private int _length;
    private int _at;
    private int _matched;
    private Part _part;

    private enum Part
    {
        Length,
        Key,
        Value,
        Other,
    }

    private static ReadOnlySpan<byte> Prefix => "SCHILY.xattr."u8;

    /// <summary>Takes the next bytes of the records.</summary>
    public void Pass(Span<byte> bytes)
    {
        foreach (ref var b in bytes)
        {
            _at++;
            Take(ref b);
            if (_part != Part.Length && _at >= _length) (_part, _at, _length, _matched) = (Part.Length, 0, 0, 0);
        }
    }

    private void Take(ref byte b)
    {
        switch (_part)
        {
            case Part.Length when b is >= (byte)'0' and <= (byte)'9':
                _length = Math.Min(LargestLength, _length * 10 + b - '0');
                break;
            case Part.Length:
                _part = b == ' ' ? Part.Key : Part.Other;
                break;
            case Part.Key when _matched < Prefix.Length:
                if (b == Prefix[_matched]) _matched++;
                else _part = Part.Other;
                break;
            case Part.Key when b == '=':
                _part = Part.Value;
                break;
            // The last byte ends the record.
            case Part.Value when _at < _length:
                b = (byte)'x';
                break;
        }
    }
}
