using System.Buffers.Text;
using System.Text;
using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Looks on while a tar flows by, and refuses a header that stands for other headers (pax records, GNU's long names) when it is larger
/// than any that means something: whoever reads the tar holds such a header whole.</summary>
/// <remarks>It follows the sizes as a reader does, a pax record's own included, so that a header cannot hide in what only looks like
/// content.</remarks>
internal sealed class TarWatch
{
    private const int LargestHeader = 1 << 20;
    private const string Pax = "xg", Own = "x", Content = "01234567\0";

    private readonly byte[] _block = new byte[TarHeader.BlockSize];
    private byte[] _records = [];
    private PaxMask? _mask;
    private int _filled;
    private int _recorded;
    private long _left;
    private long? _size;
    private bool _areOwn;
    private Dictionary<string, byte[]>? _xattrs;

    /// <summary>What the last header of an entry says stands before its name; empty when it says nothing, or is of a format without prefixes.</summary>
    public string Prefix { get; private set; } = "";

    /// <summary>The extended attributes of the last entry, byte for byte: the framework's reader takes them for text. <c>null</c> when it has
    /// none.</summary>
    public IReadOnlyDictionary<string, byte[]>? Xattrs { get; private set; }

    /// <summary>All of an entry was passed, and nothing of the next.</summary>
    public bool IsBetweenEntries => _left == 0 && _filled == 0;

    /// <summary>Takes the next bytes, and hides in them what the framework's reader would stumble over; throws
    /// <see cref="InvalidDataException"/> for a header that is too large.</summary>
    public void Pass(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = _left > 0 ? (int)Math.Min(_left, bytes.Length) : Math.Min(bytes.Length, _block.Length - _filled);
            if (_left > 0) PassContent(bytes[..count]);
            else PassHeader(bytes[..count]);
            bytes = bytes[count..];
        }
    }

    private void PassContent(Span<byte> bytes)
    {
        _left -= bytes.Length;
        var wanted = Math.Min(bytes.Length, _records.Length - _recorded);
        bytes[..wanted].CopyTo(_records.AsSpan(_recorded));
        _mask?.Pass(bytes[..wanted]);
        _recorded += wanted;
        if (_left > 0 || _records.Length == 0) return;
        ReadRecords(_records);
        (_records, _recorded, _mask) = ([], 0, null);
    }

    private void PassHeader(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_block.AsSpan(_filled));
        _filled += bytes.Length;
        if (_filled < _block.Length) return;
        _filled = 0;
        var type = (char)_block[156];
        var isMeta = TarBlock.IsMeta(_block);
        var size = isMeta ? TarBlock.LengthOf(_block) : _size ?? TarBlock.LengthOf(_block);
        if (isMeta && size > LargestHeader) throw new InvalidDataException($"it has a header of {size} bytes");
        if (!isMeta) (_size, Prefix, Xattrs, _xattrs) = (null, PrefixOf(_block), _xattrs, null);
        if (Pax.Contains(type)) (_records, _recorded, _areOwn, _mask) = (new byte[size], 0, Own.Contains(type), new PaxMask());
        // Links, directories and devices have no content, whatever their headers say of a size.
        var hasContent = isMeta || !Content.Contains(type) || type is '0' or '\0' or '7';
        _left = hasContent ? Math.Max(0, size + TarHeader.BlockSize - 1) / TarHeader.BlockSize * TarHeader.BlockSize : 0;
    }

    private static string PrefixOf(ReadOnlySpan<byte> header)
    {
        if (!header[257..].StartsWith("ustar\0"u8)) return "";
        var prefix = header.Slice(345, 155);
        return Encoding.UTF8.GetString(prefix.IndexOf((byte)0) is >= 0 and var end ? prefix[..end] : prefix);
    }

    // Records are 'LENGTH KEY=VALUE\n'; the length counts all of it.
    private void ReadRecords(ReadOnlySpan<byte> records)
    {
        while (Utf8Parser.TryParse(records, out int length, out var digits) && length > digits && length <= records.Length)
        {
            var record = records[digits..length];
            if (record.StartsWith(" size="u8) && Utf8Parser.TryParse(record[6..], out long value, out _)) _size = Math.Clamp(value, 0, long.MaxValue - TarHeader.BlockSize);
            else if (_areOwn && record.Length > 15 && record.StartsWith(" SCHILY.xattr."u8)) ReadXattr(record[14..^1]);
            records = records[length..];
        }
    }

    private void ReadXattr(ReadOnlySpan<byte> record)
    {
        if (record.IndexOf((byte)'=') is > 0 and var end)
            (_xattrs ??= new(StringComparer.Ordinal))[Encoding.UTF8.GetString(record[..end])] = record[(end + 1)..].ToArray();
    }
}
