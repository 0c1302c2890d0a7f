using System.Formats.Tar;
using System.Globalization;
using MsBuildKit.TestKit.FileOps;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>What the layers of an image make together, as lines (OCI image-spec, layer.md).</summary>
internal sealed class ImageTree
{
    private const int LongText = 10_000;

    private const string Removed = ".wh.", Opaque = ".wh..wh..opq";

    private readonly SortedDictionary<string, string> _lines = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Lines => [.. _lines.Values];

    public bool Has(string path) => _lines.ContainsKey(path);

    /// <summary>Puts a layer on top.</summary>
    public ImageTree Apply(Stream layer)
    {
        using var tar = new TarReader(layer);
        var written = new HashSet<string>(StringComparer.Ordinal);
        while (tar.GetNextEntry() is { } entry)
        {
            var path = "/" + Clean(entry.Name);
            if (path == "/") continue;
            var (folder, name) = (path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
            if (name == Opaque) RemoveBelow(folder, written);
            else if (name.StartsWith(Removed, StringComparison.Ordinal)) Remove($"{folder}/{name[Removed.Length..]}");
            else
            {
                if (entry.EntryType != TarEntryType.Directory) Remove(path);
                _lines[path] = Show(entry, path);
                written.Add(path);
            }
        }
        return this;
    }

    private void Remove(string path)
    {
        _lines.Remove(path);
        RemoveBelow(path, []);
    }

    private void RemoveBelow(string folder, HashSet<string> kept)
    {
        foreach (var path in _lines.Keys.Where(p => p.StartsWith(folder + "/", StringComparison.Ordinal) && !kept.Contains(p)).ToList()) _lines.Remove(path);
    }

    private static string Clean(string name) => name is "." ? "" : (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).Trim('/');

    private static string Show(TarEntry entry, string path)
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
        return TreeLine.Write(kind, path, (int)entry.Mode, string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid}"), $"@{TreeLine.DefaultTime}", kind == 'h' ? "/" + Clean(entry.LinkName) : kind == 'l' ? entry.LinkName : Content(entry));
    }

    // What is no text is told by its length.
    private static string Content(TarEntry entry)
    {
        if (entry.DataStream is not { } data) return "";
        var text = entry.Length > LongText ? "\0" : new StreamReader(data).ReadToEnd();
        return text.Contains('\0', StringComparison.Ordinal) ? $"{entry.Length} bytes" : text;
    }
}
