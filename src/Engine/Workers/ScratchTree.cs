using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Workers;

/// <summary>A tree that is only described: file actions change it as they change one on disk, and the entries of a layer are left.</summary>
/// <remarks>
/// Only what is stated becomes an entry. Directories that a list of files merely implies are left to the trees that the layer is merged with, so that they
/// keep their mode and owner there; those that a copy makes on its way are stated, as BuildKit has it. What has no time of its own is of the epoch's first
/// second.
/// </remarks>
internal sealed class ScratchTree : IWritableTree
{
    private const int DirectoryMode = 0b111_101_101, NewFileMode = 0b110_000_000, LinkMode = 0b111_111_111, SetGroup = 0b010_000_000_000;

    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal) { [""] = new Node(TreeEntryType.Directory) { Mode = DirectoryMode, IsImplied = true } };

    /// <summary>The entries in order. Throws MBK1510 for a name that means a removal in a layer.</summary>
    public IEnumerable<TreeEntry> Entries => _nodes.Where(n => !n.Value.IsImplied).OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => ToEntry(n.Key, n.Value));

    public FileStatus? Find(string path) => _nodes.TryGetValue(path, out var node) ? StatusOf(node) : null;

    public IReadOnlyList<string> List(string path)
    {
        var inside = path.Length == 0 ? "" : path + "/";
        return [.. _nodes.Keys.Where(p => p.Length > inside.Length && p.StartsWith(inside, StringComparison.Ordinal) && p.IndexOf('/', inside.Length) < 0).Select(RootedTree.NameOf)];
    }

    public string ReadLink(string path) => NodeAt(path).Link ?? "";

    public FileContent Content(string path, long size) => NodeAt(path).Content ?? new FileContent(0, () => Stream.Null);

    public IReadOnlyDictionary<string, byte[]> ReadXattrs(string path) => NodeAt(path).Xattrs;

    public bool IsImplied(string path) => NodeAt(path).IsImplied;

    public void MakeDirectory(string path, int mode) => Add(path, new Node(TreeEntryType.Directory) { Mode = mode });

    public void MakeDirectories(string path, Action<string> make)
    {
        for (var end = path.IndexOf('/'); ; end = path.IndexOf('/', end + 1))
        {
            var above = end < 0 ? path : path[..end];
            if (!_nodes.TryGetValue(above, out var there)) make(above);
            else if (there.Type != TreeEntryType.Directory) throw TreeFault.NoDirectory(above);
            if (end < 0) return;
        }
    }

    public Task WriteFileAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        Add(path, new Node(TreeEntryType.File) { Mode = NewFileMode, Content = content });
        return Task.CompletedTask;
    }

    public Task OverwriteFileAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        NodeAt(path).Content = content;
        return Task.CompletedTask;
    }

    public void MakeSymlink(string path, string target) => Add(path, new Node(TreeEntryType.Symlink) { Mode = LinkMode, Link = target });

    /// <summary>A second name is one more file with the same in it.</summary>
    public void MakeLink(string path, string existing) => Add(path, NodeAt(existing).Clone());

    public void MakeFifo(string path) => Add(path, new Node(TreeEntryType.Fifo) { Mode = NewFileMode });

    public void RemoveTree(string path)
    {
        if (!_nodes.Remove(path, out var removed) || removed.Type != TreeEntryType.Directory) return;
        foreach (var inside in _nodes.Keys.Where(p => p.StartsWith(path + "/", StringComparison.Ordinal)).ToList()) _nodes.Remove(inside);
    }

    public void SetOwner(string path, uint uid, uint gid) => (NodeAt(path).Uid, NodeAt(path).Gid) = (uid, gid);

    public void SetMode(string path, int mode) => NodeAt(path).Mode = mode;

    public void SetModified(string path, long seconds, uint nanoseconds) => NodeAt(path).Seconds = seconds;

    public bool TrySetXattr(string path, string name, byte[] value)
    {
        NodeAt(path).Xattrs[name] = value;
        return true;
    }

    public void Imply(string path) => NodeAt(path).IsImplied = true;

    private void Add(string path, Node node)
    {
        var parent = NodeAt(RootedTree.ParentOf(path));
        if (parent.Type != TreeEntryType.Directory) throw TreeFault.NoDirectory(RootedTree.ParentOf(path));
        // What is made in a folder that hands on its group has that.
        if ((parent.Mode & SetGroup) != 0) node.Gid = parent.Gid;
        _nodes.Add(path, node);
    }

    private Node NodeAt(string path) => _nodes.GetValueOrDefault(path) ?? throw TreeFault.NotThere(path);

    private static FileStatus StatusOf(Node node) => new(
        node.Mode | TypeBits(node.Type), node.Uid, node.Gid, node.Content?.Size ?? 0, node.Seconds, 0, Device: 0, Inode: 0, Links: 1, NodeMajor: 0, NodeMinor: 0);

    private static int TypeBits(TreeEntryType type) => type switch
    {
        TreeEntryType.Directory => Kernel.Directory,
        TreeEntryType.Symlink => Kernel.Link,
        TreeEntryType.Fifo => Kernel.Fifo,
        _ => Kernel.File,
    };

    private static TreeEntry ToEntry(string path, Node node)
    {
        LayerNames.Check(path);
        return new TreeEntry
        {
            Path = path, Type = node.Type, Mode = node.Mode, Uid = (int)node.Uid - StepIds.First, Gid = (int)node.Gid - StepIds.First, ModifiedSeconds = node.Seconds,
            Size = node.Content?.Size ?? 0, Open = node.Content is { Size: > 0 } content ? content.Open : null, Link = node.Link, Xattrs = node.Xattrs.Count > 0 ? node.Xattrs : null,
        };
    }

    private sealed class Node(TreeEntryType type)
    {
        private Dictionary<string, byte[]>? _xattrs;

        public TreeEntryType Type => type;

        public int Mode { get; set; }

        public uint Uid { get; set; } = StepIds.First;

        public uint Gid { get; set; } = StepIds.First;

        public long Seconds { get; set; }

        public FileContent? Content { get; set; }

        public string? Link { get; init; }

        public bool IsImplied { get; set; }

        public Dictionary<string, byte[]> Xattrs => _xattrs ??= [];

        public Node Clone() => (Node)MemberwiseClone();
    }
}
