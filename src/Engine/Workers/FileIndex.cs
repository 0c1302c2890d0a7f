using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Workers;

/// <summary>What a tree has, by path and by directory.</summary>
internal sealed class FileIndex : ILinkedNames
{
    private readonly Dictionary<string, TreeEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _names = new(StringComparer.Ordinal);

    /// <param name="root">The root.</param>
    /// <param name="names">All else: a directory before what is in it, a file before its second names.</param>
    public FileIndex(TreeEntry root, IEnumerable<TreeEntry> names)
    {
        _entries.Add("", root);
        foreach (var entry in names)
        {
            _entries.Add(entry.Path, entry);
            var parent = RootedTree.ParentOf(entry.Path);
            if (!_names.TryGetValue(parent, out var siblings)) _names.Add(parent, siblings = []);
            siblings.Add(RootedTree.NameOf(entry.Path));
        }
    }

    /// <summary>What a path leads to, links followed inside the tree; of a file with several names, the first. Throws MBK2090 when nothing is there.</summary>
    public (string Place, TreeEntry Entry) Resolve(string path)
    {
        var place = TreePath.Resolve(this, path);
        return _entries.TryGetValue(place, out var entry) ? (place, First(entry)) : throw WorkerException.NoFile(path);
    }

    /// <summary>What is in a directory, in order: each name, and what it is a name of.</summary>
    public IEnumerable<(string Name, TreeEntry Entry)> List(string place) =>
        (_names.GetValueOrDefault(place) ?? []).Select(n => (n, First(_entries[TreePath.Join(place, n)])));

    public FileStatus? Find(string path) => _entries.TryGetValue(path, out var entry) ? StatusOf(entry) : null;

    public string ReadLink(string path) => _entries[path].Link!;

    private TreeEntry First(TreeEntry entry) => entry.Type == TreeEntryType.HardLink ? _entries[entry.Link!] : entry;

    // All that tells where paths lead.
    private static FileStatus StatusOf(TreeEntry entry)
    {
        var type = entry.Type switch { TreeEntryType.Directory => Kernel.Directory, TreeEntryType.Symlink => Kernel.Link, _ => Kernel.File };
        return new FileStatus(type | entry.Mode, StepIds.First, StepIds.First, entry.Size, entry.ModifiedSeconds, 0, Device: 0, Inode: 0, Links: 1, NodeMajor: 0, NodeMinor: 0);
    }
}
