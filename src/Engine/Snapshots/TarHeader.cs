using System.Globalization;
using System.Text;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Encodes the headers of one tar entry: ustar (POSIX.1-1988), with pax records (POSIX.1-2001) only for what ustar cannot say.</summary>
internal static class TarHeader
{
    public const int BlockSize = 512;
    private const long LargestOctal12 = 0x1_FFFF_FFFF;
    private const int LargestOctal8 = 0x1F_FFFF;

    /// <summary>The header blocks that stand before the entry's content.</summary>
    public static byte[] Encode(TreeEntry entry)
    {
        var path = entry.Type == TreeEntryType.Directory ? entry.Path + "/" : entry.Path;
        var records = PaxRecords(entry, path);
        if (records.Length == 0) return Block(entry, path, TypeFlag(entry.Type), entry.Size);

        var pax = Block(new TreeEntry { Path = "pax", Type = TreeEntryType.File, Mode = 0b110_100_100 }, "pax/" + Ascii(LastPart(entry.Path)), (byte)'x', records.Length);
        var padded = new byte[(records.Length + BlockSize - 1) / BlockSize * BlockSize];
        records.CopyTo(padded, 0);
        return [.. pax, .. padded, .. Block(entry, path, TypeFlag(entry.Type), entry.Size)];
    }

    private static byte[] PaxRecords(TreeEntry entry, string path)
    {
        var records = new MemoryStream();
        if (!IsAscii(path) || Split(path) is null) Record(records, "path", Encoding.UTF8.GetBytes(path));
        if (entry.Link is { } link && (!IsAscii(link) || link.Length > 100)) Record(records, "linkpath", Encoding.UTF8.GetBytes(link));
        if (entry.Size > LargestOctal12) Record(records, "size", Number(entry.Size));
        if (entry.Uid > LargestOctal8) Record(records, "uid", Number(entry.Uid));
        if (entry.Gid > LargestOctal8) Record(records, "gid", Number(entry.Gid));
        if (entry.ModifiedSeconds is < 0 or > LargestOctal12) Record(records, "mtime", Number(entry.ModifiedSeconds));
        foreach (var (name, value) in (entry.Xattrs ?? new Dictionary<string, byte[]>()).OrderBy(x => x.Key, StringComparer.Ordinal))
            Record(records, "SCHILY.xattr." + name, value);
        return records.ToArray();
    }

    // A record's length counts itself, in decimal.
    private static void Record(MemoryStream records, string key, byte[] value)
    {
        var rest = Encoding.UTF8.GetByteCount(key) + value.Length + 3;
        var length = rest + 1;
        while (rest + length.ToString(CultureInfo.InvariantCulture).Length != length)
            length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
        records.Write(Encoding.UTF8.GetBytes($"{length} {key}="));
        records.Write(value);
        records.WriteByte((byte)'\n');
    }

    private static byte[] Block(TreeEntry entry, string path, byte type, long size)
    {
        var block = new byte[BlockSize];
        var (prefix, name) = (IsAscii(path) ? Split(path) : null) ?? ("", Ascii(path.TrimEnd('/'))[^Math.Min(100, path.TrimEnd('/').Length)..]);
        Text(block, 0, 100, name);
        Octal(block, 100, 8, entry.Mode);
        Octal(block, 108, 8, Math.Min(entry.Uid, LargestOctal8));
        Octal(block, 116, 8, Math.Min(entry.Gid, LargestOctal8));
        Octal(block, 124, 12, Math.Min(size, LargestOctal12));
        Octal(block, 136, 12, Math.Clamp(entry.ModifiedSeconds, 0, LargestOctal12));
        block[156] = type;
        if (entry.Link is { } link) Text(block, 157, 100, Ascii(link)[..Math.Min(100, link.Length)]);
        Text(block, 257, 6, "ustar");
        Text(block, 263, 2, "00");
        if (entry.Type is TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice)
        {
            Octal(block, 329, 8, entry.DeviceMajor);
            Octal(block, 337, 8, entry.DeviceMinor);
        }
        Text(block, 345, 155, prefix);
        block.AsSpan(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in block) sum += b;
        Octal(block, 148, 7, sum);
        return block;
    }

    // Prefix and name, cut at a slash; null when no cut fits.
    private static (string Prefix, string Name)? Split(string path)
    {
        if (path.Length <= 100) return ("", path);
        if (path.Length > 256) return null;
        var cut = path.LastIndexOf('/', Math.Min(155, path.Length - 2));
        return cut > 0 && path.Length - cut - 1 <= 100 ? (path[..cut], path[(cut + 1)..]) : null;
    }

    private static byte TypeFlag(TreeEntryType type) => type switch
    {
        TreeEntryType.File => (byte)'0',
        TreeEntryType.HardLink => (byte)'1',
        TreeEntryType.Symlink => (byte)'2',
        TreeEntryType.CharacterDevice => (byte)'3',
        TreeEntryType.BlockDevice => (byte)'4',
        TreeEntryType.Directory => (byte)'5',
        TreeEntryType.Fifo => (byte)'6',
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static void Octal(byte[] block, int offset, int width, long value)
    {
        for (var i = width - 2; i >= 0; i--, value >>= 3) block[offset + i] = (byte)('0' + (value & 7));
        block[offset + width - 1] = 0;
    }

    private static void Text(byte[] block, int offset, int width, string text) => Encoding.ASCII.GetBytes(text, block.AsSpan(offset, width));

    private static string Ascii(string text) => string.Concat(text.Select(c => c is > ' ' and < '\x7f' ? c : '_'));

    private static bool IsAscii(string text) => text.All(c => c is >= ' ' and < '\x7f');

    private static byte[] Number(long value) => Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture));

    private static string LastPart(string path) => path[(path.LastIndexOf('/') + 1)..] is var part && part.Length > 90 ? part[..90] : part;
}
