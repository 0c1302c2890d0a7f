using System.Formats.Tar;
using System.Globalization;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>The tree in a tar as the lines of <see cref="TreeLine"/>.</summary>
internal static class TarLines
{
    /// <param name="stream">The tar.</param>
    /// <param name="now">Seconds of the Unix epoch: times from there on are those of the operation.</param>
    public static IReadOnlyList<string> Read(Stream stream, long now)
    {
        using var tar = new TarReader(stream);
        var lines = new List<string>();
        while (tar.GetNextEntry() is { } entry)
            if (entry.Name.Trim('.', '/').Length > 0 || entry.Name.Contains("..", StringComparison.Ordinal))
                lines.Add(Show(entry, now));
        return TreeLine.Sort(lines);
    }

    private static string Show(TarEntry entry, long now)
    {
        var kind = entry.EntryType switch
        {
            TarEntryType.Directory => 'd',
            TarEntryType.SymbolicLink => 'l',
            TarEntryType.HardLink => 'h',
            TarEntryType.Fifo => 'p',
            TarEntryType.RegularFile or TarEntryType.V7RegularFile => 'f',
            _ => '?',
        };
        var seconds = entry.ModificationTime.ToUnixTimeSeconds();
        return TreeLine.Write(
            kind, "/" + entry.Name.Trim('/'), (int)entry.Mode, string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid}"),
            seconds >= now ? "now" : string.Create(CultureInfo.InvariantCulture, $"@{seconds}"),
            kind == 'h' ? "/" + entry.LinkName.TrimStart('/') : kind == 'l' ? entry.LinkName : entry.DataStream is { } data ? new StreamReader(data).ReadToEnd() : "");
    }
}
