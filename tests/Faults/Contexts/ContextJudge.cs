using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;

namespace MsBuildKit.Faults.Contexts;

/// <summary>Reads a context in full and says what is in it, sharing no code with the engine. It knows just those patterns that <see cref="ContextEdits"/> writes:
/// names and paths, <c>*.x</c> at the top, <c>**/*.x</c> anywhere, and <c>!</c> before the path of a file.</summary>
internal static class ContextJudge
{
    /// <summary>A line for each name that a build takes, sorted.</summary>
    public static string Read(string folder)
    {
        var ignored = File.Exists(Path.Combine(folder, ".dockerignore")) ? File.ReadAllLines(Path.Combine(folder, ".dockerignore")) : [];
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        Read(folder, "", ignored, lines, []);
        return string.Join('\n', lines);
    }

    /// <summary>The same of a layer.</summary>
    public static string ReadLayer(Stream gzip)
    {
        using var plain = new GZipStream(gzip, CompressionMode.Decompress);
        using var tar = new TarReader(plain);
        var lines = new SortedSet<string>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            var path = entry.Name.TrimEnd('/');
            lines.Add(entry.EntryType switch
            {
                TarEntryType.Directory => Line('d', path, (int)entry.Mode, ""),
                TarEntryType.SymbolicLink => Line('l', path, 0, entry.LinkName),
                _ => Line('f', path, (int)entry.Mode, Hash(entry.DataStream ?? Stream.Null)),
            });
        }
        return string.Join('\n', lines);
    }

    private static void Read(string folder, string path, string[] ignored, SortedSet<string> lines, IReadOnlyList<string> above)
    {
        foreach (var name in Directory.GetFileSystemEntries(Path.Combine(folder, path)).Select(p => Path.GetFileName(p)))
        {
            var below = path.Length == 0 ? name : $"{path}/{name}";
            var file = new FileInfo(Path.Combine(folder, below));
            var isTaken = IsTaken(below, ignored);
            if (file.LinkTarget is { } target)
            {
                if (isTaken) lines.UnionWith([.. above, Line('l', below, 0, target)]);
                continue;
            }
            var mode = (int)File.GetUnixFileMode(file.FullName);
            if (Directory.Exists(file.FullName))
            {
                IReadOnlyList<string> here = [.. above, Line('d', below, mode, "")];
                if (isTaken) lines.UnionWith(here);
                Read(folder, below, ignored, lines, here);
                continue;
            }
            if (!isTaken) continue;
            using var content = file.OpenRead();
            lines.UnionWith([.. above, Line('f', below, mode, Hash(content))]);
        }
    }

    // The last pattern that fits decides; one that fitted a folder fits all in it, and one that had nothing to change there did not.
    private static bool IsTaken(string path, string[] ignored)
    {
        var (fitted, taken) = (new bool[ignored.Length], true);
        foreach (var prefix in Prefixes(path))
        {
            taken = true;
            for (var i = 0; i < ignored.Length; i++)
            {
                var takesBack = ignored[i][0] == '!';
                if (!fitted[i] && takesBack != taken) fitted[i] = Fits(prefix, ignored[i].TrimStart('!'));
                if (fitted[i]) taken = takesBack;
            }
        }
        return taken;
    }

    private static bool Fits(string path, string pattern)
    {
        if (pattern.StartsWith("**/*", StringComparison.Ordinal)) return path.EndsWith(pattern[4..], StringComparison.Ordinal);
        if (pattern[0] == '*') return !path.Contains('/') && path.EndsWith(pattern[1..], StringComparison.Ordinal);
        return path == pattern;
    }

    private static IEnumerable<string> Prefixes(string path)
    {
        for (var end = path.IndexOf('/'); end >= 0; end = path.IndexOf('/', end + 1)) yield return path[..end];
        yield return path;
    }

    private static string Line(char kind, string path, int mode, string text) => string.Create(CultureInfo.InvariantCulture, $"{path}\t{kind}\t{mode}\t{text}");

    private static string Hash(Stream content) => Convert.ToHexString(SHA256.HashData(content));
}
