using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.TestKit.FileOps;

/// <summary>A path of a tree as a line: kind, path, mode, owner, time, and what it has in it.</summary>
/// <remarks>
/// <c>d /dir 700 1:2</c>, <c>f /file @5 = text</c>, <c>l /link -> target</c>, <c>h /second -> /first</c>, <c>p /pipe</c>, and in inputs
/// <c>t /archive gz = d a; f a/f = text</c>. Left out are the mode 755 of directories and 644 of files, the owner 0:0, and the time
/// 1000000000; <c>now</c> is when the operation ran. <c>|</c> is a line end.
/// </remarks>
public static class TreeLine
{
    public const long DefaultTime = 1_000_000_000;

    private const int DirectoryMode = 0b111_101_101, FileMode = 0b110_100_100;

    /// <summary>The entry that a line is of.</summary>
    public static TreeEntry Parse(string line)
    {
        var (head, text) = Split(line, line[0] is 'l' or 'h' ? " -> " : " =");
        var words = head.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (mode, uid, gid, time, packing) = (line[0] == 'd' ? DirectoryMode : FileMode, 0, 0, DefaultTime, "");
        foreach (var word in words.Skip(2))
        {
            if (word[0] == '@') time = long.Parse(word[1..], CultureInfo.InvariantCulture);
            else if (word.Split(':') is [var user, var group]) (uid, gid) = (int.Parse(user, CultureInfo.InvariantCulture), int.Parse(group, CultureInfo.InvariantCulture));
            else if (char.IsAsciiDigit(word[0])) mode = Convert.ToInt32(word, 8);
            else packing = word;
        }
        var content = line[0] == 't' ? Pack(text, packing) : line[0] == 'f' ? Encoding.UTF8.GetBytes(text.Replace('|', '\n')) : [];
        return new TreeEntry
        {
            Path = words[1].TrimStart('/'), Type = TypeOf(line[0]), Mode = mode, Uid = uid, Gid = gid, ModifiedSeconds = time, Size = content.Length,
            Link = line[0] == 'l' ? text : line[0] == 'h' ? text.TrimStart('/') : null, Open = content.Length == 0 ? null : () => new MemoryStream(content),
        };
    }

    /// <summary>The line of a path.</summary>
    /// <param name="kind">The letter.</param>
    /// <param name="path">Absolute.</param>
    /// <param name="mode">Permission bits.</param>
    /// <param name="owner">As <c>0:0</c>.</param>
    /// <param name="time">As <c>now</c>, or <c>@</c> and seconds.</param>
    /// <param name="text">Content, or where a link leads.</param>
    public static string Write(char kind, string path, int mode, string owner, string time, string text)
    {
        if (kind == 'h') return $"h {path} -> {text}";
        var line = new StringBuilder($"{kind} {path}");
        if (kind != 'l' && mode != (kind == 'd' ? DirectoryMode : FileMode)) line.Append(' ').Append(Convert.ToString(mode, 8));
        if (owner != "0:0") line.Append(' ').Append(owner);
        if (time != string.Create(CultureInfo.InvariantCulture, $"@{DefaultTime}")) line.Append(' ').Append(time);
        if (text.Length > 0) line.Append(kind == 'l' ? " -> " : " = ").Append(text.Replace('\n', '|'));
        return line.ToString();
    }

    /// <summary>Lines in the order of their paths.</summary>
    public static IReadOnlyList<string> Sort(IEnumerable<string> lines) => [.. lines.OrderBy(l => l.Split(' ')[1], StringComparer.Ordinal)];

    private static (string Head, string Text) Split(string line, string by)
    {
        var at = line.IndexOf(by, StringComparison.Ordinal);
        return at < 0 ? (line, "") : (line[..at], line[(at + by.Length)..].TrimStart(' '));
    }

    private static TreeEntryType TypeOf(char kind) => kind switch
    {
        'd' => TreeEntryType.Directory,
        'l' => TreeEntryType.Symlink,
        'h' => TreeEntryType.HardLink,
        'p' => TreeEntryType.Fifo,
        'f' or 't' => TreeEntryType.File,
        _ => throw new UnreachableException($"no kind '{kind}'"),
    };

    private static byte[] Pack(string lines, string packing)
    {
        var plain = new MemoryStream();
        using (var tar = new TarWriter(plain, leaveOpen: true))
            foreach (var line in lines.Split(';', StringSplitOptions.TrimEntries)) tar.WriteEntry(ToTar(line));
        return packing switch
        {
            "" => plain.ToArray(),
            "gz" => Packing.Pack(plain.ToArray(), Compression.Gzip),
            "zst" => Packing.Pack(plain.ToArray(), Compression.Zstd),
            _ => Packing.PackBy(packing == "bz2" ? "bzip2" : packing, plain.ToArray()),
        };
    }

    private static UstarTarEntry ToTar(string line)
    {
        var entry = Parse(line);
        var type = entry.Type switch
        {
            TreeEntryType.Directory => TarEntryType.Directory,
            TreeEntryType.Symlink => TarEntryType.SymbolicLink,
            TreeEntryType.HardLink => TarEntryType.HardLink,
            _ => TarEntryType.RegularFile,
        };
        // The path as it stands: it may be meant to lead out.
        var tar = new UstarTarEntry(type, line.Split(' ')[1]) { Mode = (UnixFileMode)entry.Mode, Uid = entry.Uid, Gid = entry.Gid, ModificationTime = DateTimeOffset.FromUnixTimeSeconds(entry.ModifiedSeconds) };
        if (entry.Link is { } link) tar.LinkName = link;
        if (entry.Open is { } open) tar.DataStream = open();
        return tar;
    }
}
