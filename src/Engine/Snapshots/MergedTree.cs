using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>What layers look like on top of each other (OCI image-spec, layer.md), in memory: names and what is said of them, no content. It needs no
/// namespaces and no disk, so it works everywhere.</summary>
/// <remarks>
/// It places entries as the unpacking of layers to disk does: parents are followed through links, which never leave the tree; a removal hides what is
/// below its layer, never what the layer itself brings; directories that are implied belong to root, have mode 0755 and the time 0.
/// </remarks>
internal sealed class MergedTree
{
    private const string Whiteout = ".wh.", Reserved = ".wh..wh.", Opaque = ".wh..wh..opq";
    private const int ImpliedMode = 0b111_101_101, MostLinks = 40;

    private readonly MergedNode _root = new(Implied(""));
    private int _layer = -1, _number;

    /// <summary>What is said of the root.</summary>
    public TreeEntry Root => _root.Entry.Value;

    /// <summary>What follows belongs to the next layer.</summary>
    public void BeginLayer() => (_layer, _number) = (_layer + 1, 0);

    /// <summary>Places the next entry of the layer. Throws MBK1503 for one that has no place.</summary>
    public void Add(TreeEntry entry)
    {
        var placed = new MergedEntry(entry, _layer, _number++);
        var (folder, name) = Split(entry.Path);
        if (folder.Any(p => p.StartsWith(Whiteout, StringComparison.Ordinal))) throw Misplaced(entry, "is below a whiteout");
        if (name.Length == 0)
        {
            if (entry.Type != TreeEntryType.Directory) throw Misplaced(entry, "makes the root of the image something else than a directory");
            _root.Entry = placed;
        }
        else if (name.StartsWith(Whiteout, StringComparison.Ordinal)) Hide(entry, folder, name);
        else Place(placed, folder, name);
    }

    /// <summary>Every name but the root in <see cref="NameOrder"/>: once, and after its first name what is another name of a file.</summary>
    public IEnumerable<(TreeEntry Name, MergedEntry Entry)> Names()
    {
        var seen = new Dictionary<MergedEntry, string>(ReferenceEqualityComparer.Instance);
        foreach (var (path, entry) in NamesBelow(_root, ""))
        {
            // Only of files: what else has two names is as good as two.
            var isFirst = entry.Value.Type != TreeEntryType.File || seen.TryAdd(entry, path);
            yield return (isFirst ? entry.Value with { Path = path } : entry.Value with { Path = path, Type = TreeEntryType.HardLink, Link = seen[entry], Size = 0, Xattrs = null, Open = null }, entry);
        }
    }

    private static IEnumerable<(string Path, MergedEntry Entry)> NamesBelow(MergedNode folder, string prefix) =>
        folder.Children.SelectMany(c => NamesBelow(c.Value, $"{prefix}{c.Key}/").Prepend((prefix + c.Key, c.Value.Entry)));

    private void Hide(TreeEntry entry, IReadOnlyList<string> folder, string name)
    {
        var hidden = name[Whiteout.Length..];
        if (hidden is "" or "." or "..") throw Misplaced(entry, "removes what is no name");
        // Other reserved names are bookkeeping of a file system of old.
        if ((name != Opaque && name.StartsWith(Reserved, StringComparison.Ordinal)) || FindFolder(folder) is not { } parent) return;
        if (name == Opaque) RemoveOlder(parent);
        else if (parent.Children.TryGetValue(hidden, out var node) && node.LastLayer == _layer) RemoveOlder(node);
        else parent.Children.Remove(hidden);
    }

    private void RemoveOlder(MergedNode folder)
    {
        foreach (var (name, node) in folder.Children.ToList())
            if (node.LastLayer == _layer) RemoveOlder(node);
            else folder.Children.Remove(name);
    }

    private void Place(MergedEntry placed, IReadOnlyList<string> folder, string name)
    {
        var parent = MakeFolder(placed.Value, folder);
        var there = parent.Children.GetValueOrDefault(name);
        if (placed.Value.Type == TreeEntryType.HardLink) placed = FindFirst(placed.Value);
        if (there is { IsDirectory: true } && placed.Value.Type == TreeEntryType.Directory) (there.Entry, there.LastLayer) = (placed, _layer);
        else parent.Children[name] = new MergedNode(placed) { LastLayer = _layer };
    }

    private MergedEntry FindFirst(TreeEntry link)
    {
        var (folder, name) = Split(link.Link ?? "");
        if (name.Length == 0) throw Misplaced(link, "is a second name of the root");
        var first = FindFolder(folder)?.Children.GetValueOrDefault(name) ?? throw Misplaced(link, $"is a second name of '/{link.Link}', which is not there");
        return first.IsDirectory ? throw Misplaced(link, "is a second name of a directory") : first.Entry;
    }

    // Marks the way as the layer's own, so that no removal of the layer hides what it leads to.
    private MergedNode MakeFolder(TreeEntry entry, IReadOnlyList<string> path)
    {
        var way = Walk(path, (parent, name) => parent.Children[name] = new MergedNode(Implied(name)));
        foreach (var node in way ?? throw Misplaced(entry, "is below a link that leads to no directory")) node.LastLayer = _layer;
        return way[^1];
    }

    private MergedNode? FindFolder(IReadOnlyList<string> path) => Walk(path, null)?[^1];

    // From the root to a directory, links followed inside the tree; null when there is none and none can be made.
    private List<MergedNode>? Walk(IReadOnlyList<string> path, Func<MergedNode, string, MergedNode>? make)
    {
        var way = new List<MergedNode> { _root };
        var rest = new Stack<string>(path.Reverse());
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "" or ".") continue;
            if (part == "..")
            {
                if (way.Count > 1) way.RemoveAt(way.Count - 1);
                continue;
            }
            var next = way[^1].Children.GetValueOrDefault(part);
            if (next?.Entry.Value is { Type: TreeEntryType.Symlink, Link: { } target })
            {
                if (++links > MostLinks) return null;
                if (target.StartsWith('/')) way.RemoveRange(1, way.Count - 1);
                foreach (var step in target.Split('/').Reverse()) rest.Push(step);
                continue;
            }
            // A file in the way of a directory gives way; one that a link leads to does not.
            if (next is not { IsDirectory: true } && (make is null || (next is not null && links > 0))) return null;
            way.Add(next is { IsDirectory: true } ? next : make!(way[^1], part));
        }
        return way;
    }

    private static MergedEntry Implied(string path) => new(new TreeEntry { Path = path, Type = TreeEntryType.Directory, Mode = ImpliedMode }, -1, 0);

    private static (IReadOnlyList<string> Folder, string Name) Split(string path) => path.Split('/') is var parts ? (parts[..^1], parts[^1]) : default;

    private static SnapshotException Misplaced(TreeEntry entry, string how) => new(SnapshotException.InvalidEntry, ErrorKind.Invalid,
        $"A layer has an entry '/{entry.Path}' that {how}. Do not use this image.");
}
