using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Workers;

/// <summary>A tree that is only described: file actions change it as they change one on disk, and the entries of a layer are left.</summary>
/// <remarks>
/// Only what is stated becomes an entry. Directories that a list of files merely implies are left to the trees that the layer is merged with, so that they
/// keep their mode and owner there; those that a copy makes on its way are stated, as BuildKit has it. It may lie on a tree that is there and stays as it is:
/// of what is changed in that, only what becomes different is an entry.
/// </remarks>
/// <param name="below">What it lies on; <c>null</c> for nothing.</param>
/// <param name="now">The time, in seconds of the Unix epoch, of what is given none, and of directories that something was put into or taken from since they were
/// given theirs; <c>null</c> for a tree without a clock, where all of these are of the epoch's first second.</param>
internal sealed class ScratchTree(IFileTree? below = null, long? now = null) : IWritableTree
{
    private const int DirectoryMode = 0b111_101_101, NewFileMode = 0b110_000_000, LinkMode = 0b111_111_111, SetGroup = 0b010_000_000_000;

    // One that was removed of the tree below is null.
    private readonly Dictionary<string, Node?> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> _names = new(StringComparer.Ordinal);
    private readonly Node _root = new(TreeEntryType.Directory) { Mode = DirectoryMode, IsImplied = true };

    /// <summary>A tree of entries, whose directories are all stated: one that none of them names is root's, and of the epoch's first second.</summary>
    public static ScratchTree Of(IEnumerable<TreeEntry> entries)
    {
        var tree = new ScratchTree();
        tree._root.IsImplied = false;
        foreach (var entry in entries)
        {
            tree.MakeAbove(entry.Path);
            tree._nodes[entry.Path] = Node.Of(entry);
            tree.Name(entry.Path);
        }
        return tree;
    }

    /// <summary>The entries, parents before children. Throws MBK1510 for a name that means a removal in a layer.</summary>
    public IEnumerable<TreeEntry> Entries => below is null
        ? _nodes.Where(n => n.Value is { IsImplied: false }).OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => ToEntry(n.Key, n.Value!))
        : FindStated().Order(NameOrder.Instance).Select(p => _nodes.TryGetValue(p, out var node) && node is null ? TreeEntryReader.Removal(p) : ToEntry(p, NodeAt(p)));

    public FileStatus? Find(string path) => FindNode(path) is { } node ? StatusOf(node) : IsShown(path) ? below!.Find(path) : null;

    public IReadOnlyList<string> List(string path)
    {
        IEnumerable<string> names = _names.GetValueOrDefault(path) ?? Enumerable.Empty<string>();
        if (IsShown(path) && below!.Find(path) is { IsDirectory: true }) names = names.Union(below.List(path), StringComparer.Ordinal);
        return [.. names.Where(n => !_nodes.TryGetValue(TreePath.Join(path, n), out var node) || node is not null)];
    }

    public string ReadLink(string path) => FindNode(path) is { } node ? node.Link ?? "" : Shown(path).ReadLink(path);

    public FileContent Content(string path, long size) => FindNode(path) is { } node ? node.Content ?? new FileContent(0, () => Stream.Null) : Shown(path).Content(path, size);

    public IReadOnlyDictionary<string, byte[]> ReadXattrs(string path) => FindNode(path) is { } node ? node.Xattrs : Shown(path).ReadXattrs(path);

    public bool IsImplied(string path) => FindNode(path) is { IsImplied: true };

    public void MakeDirectory(string path, int mode) => Add(path, new Node(TreeEntryType.Directory) { Mode = mode, Seconds = now ?? 0 });

    public void MakeDirectories(string path, Action<string> make)
    {
        for (var end = path.IndexOf('/'); ; end = path.IndexOf('/', end + 1))
        {
            var above = end < 0 ? path : path[..end];
            if (Find(above) is not { } there) make(above);
            else if (there.IsLink && below is not null) throw new IndescribableException();
            else if (!there.IsDirectory) throw TreeFault.NoDirectory(above);
            if (end < 0) return;
        }
    }

    public Task WriteFileAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        Add(path, new Node(TreeEntryType.File) { Mode = NewFileMode, Content = content, Seconds = now ?? 0 });
        return Task.CompletedTask;
    }

    public Task OverwriteFileAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        // It would have to keep other names that it has.
        if (FindNode(path) is null && below is not null) throw new IndescribableException();
        NodeAt(path).Content = content;
        return Task.CompletedTask;
    }

    public void MakeSymlink(string path, string target) => Add(path, new Node(TreeEntryType.Symlink) { Mode = LinkMode, Link = target, Seconds = now ?? 0 });

    /// <summary>A second name is one more file with the same in it.</summary>
    public void MakeLink(string path, string existing) => Add(path, below is null ? NodeAt(existing).Clone() : throw new IndescribableException());

    public void MakeFifo(string path) => Add(path, new Node(TreeEntryType.Fifo) { Mode = NewFileMode, Seconds = now ?? 0 });

    public void RemoveTree(string path)
    {
        if (IsShown(path) && below!.Find(path) is { } there)
        {
            if (there.IsDirectory) throw new IndescribableException();
            _nodes[path] = null;
            return;
        }
        if (!_nodes.Remove(path, out var removed)) return;
        Unname(path);
        Touch(RootedTree.ParentOf(path));
        if (removed is not { Type: TreeEntryType.Directory }) return;
        foreach (var inside in _nodes.Keys.Where(p => p.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
        {
            _nodes.Remove(inside);
            _names.Remove(inside);
        }
        _names.Remove(path);
    }

    public void SetOwner(string path, uint uid, uint gid) => (NodeAt(path).Uid, NodeAt(path).Gid) = (uid, gid);

    public void SetMode(string path, int mode) => NodeAt(path).Mode = mode;

    public void SetModified(string path, long seconds, uint nanoseconds) => NodeAt(path).Seconds = seconds;

    public bool TrySetXattr(string path, string name, byte[] value)
    {
        NodeAt(path).Xattrs[name] = value;
        return true;
    }

    public void Imply(string path) => NodeAt(path).IsImplied = below is null;

    private Node? FindNode(string path) => path.Length == 0 && below is null ? _root : _nodes.GetValueOrDefault(path);

    // Nothing of this tree is in the place of what is below, or of a directory that it is in.
    private bool IsShown(string path)
    {
        if (below is null) return false;
        for (var at = path; at.Length > 0; at = RootedTree.ParentOf(at))
            if (_nodes.TryGetValue(at, out var node) && node is not { IsFromBelow: true }) return false;
        return true;
    }

    private IFileTree Shown(string path) => IsShown(path) ? below! : throw TreeFault.NotThere(path);

    private void Add(string path, Node node)
    {
        var parent = ((IFileTree)this).Read(RootedTree.ParentOf(path));
        if (!parent.IsDirectory) throw TreeFault.NoDirectory(RootedTree.ParentOf(path));
        // What is made in a folder that hands on its group has that.
        if ((parent.Permissions & SetGroup) != 0) node.Gid = parent.Gid;
        if (_nodes.TryGetValue(path, out var there) && there is null) _nodes[path] = node;
        else _nodes.Add(path, node);
        Name(path);
        Touch(RootedTree.ParentOf(path));
    }

    // What is changed of the tree below is one of this tree from then on.
    private Node NodeAt(string path)
    {
        if (FindNode(path) is { } node) return node;
        var status = Shown(path).Read(path);
        // Only directories are changed without being made anew.
        if (!status.IsDirectory) throw new IndescribableException();
        node = new Node(TreeEntryType.Directory) { Mode = status.Permissions, Uid = status.Uid, Gid = status.Gid, Seconds = status.ModifiedSeconds, IsFromBelow = true };
        foreach (var (name, value) in below!.ReadXattrs(path).Where(x => ExtendedAttributes.IsShared(x.Key))) node.Xattrs[name] = value;
        _nodes[path] = node;
        Name(path);
        return node;
    }

    // As the worker's own layers have it, with the directories that a change is in.
    private HashSet<string> FindStated()
    {
        var stated = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in _nodes.Where(n => IsDifferent(n.Key, n.Value)).Select(n => n.Key))
            for (var at = path; at.Length > 0 && stated.Add(at);) at = RootedTree.ParentOf(at);
        return stated;
    }

    // A directory of the tree below is an entry for its own sake only when it is to be another one.
    private bool IsDifferent(string path, Node? node)
    {
        if (node is not { IsFromBelow: true }) return node is not null || below!.Find(path) is not null;
        if (path.Length == 0) return false;
        var status = below!.Read(path);
        var xattrs = below.ReadXattrs(path).Where(x => ExtendedAttributes.IsShared(x.Key)).ToDictionary(StringComparer.Ordinal);
        return (status.Permissions, status.Uid, status.Gid) != (node.Mode, node.Uid, node.Gid)
            || xattrs.Count != node.Xattrs.Count || !xattrs.All(x => node.Xattrs.TryGetValue(x.Key, out var value) && value.AsSpan().SequenceEqual(x.Value));
    }

    private void Touch(string folder)
    {
        if (now is { } seconds && (below is not null || folder.Length > 0)) NodeAt(folder).Seconds = seconds;
    }

    private void Name(string path)
    {
        if (path.Length == 0) return;
        var folder = RootedTree.ParentOf(path);
        if (!_names.TryGetValue(folder, out var names)) _names.Add(folder, names = new HashSet<string>(StringComparer.Ordinal));
        names.Add(RootedTree.NameOf(path));
    }

    private void Unname(string path) => _names.GetValueOrDefault(RootedTree.ParentOf(path))?.Remove(RootedTree.NameOf(path));

    private void MakeAbove(string path)
    {
        var above = RootedTree.ParentOf(path);
        if (above.Length == 0 || _nodes.ContainsKey(above)) return;
        MakeAbove(above);
        _nodes[above] = new Node(TreeEntryType.Directory) { Mode = DirectoryMode };
        Name(above);
    }

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
            Size = node.Content?.Size ?? 0, Content = node.Content?.Digest, Open = node.Content is { Size: > 0 } content ? content.Open : null, Link = node.Link, Xattrs = node.Xattrs.Count > 0 ? node.Xattrs : null,
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

        /// <summary>It is a directory of the tree below, which may have been changed.</summary>
        public bool IsFromBelow { get; init; }

        public Dictionary<string, byte[]> Xattrs => _xattrs ??= [];

        public static Node Of(TreeEntry entry)
        {
            var node = new Node(entry.Type)
            {
                Mode = entry.Mode, Uid = (uint)(entry.Uid + StepIds.First), Gid = (uint)(entry.Gid + StepIds.First), Seconds = entry.ModifiedSeconds, Link = entry.Link,
                Content = entry.Type == TreeEntryType.File ? new FileContent(entry.Size, entry.Open ?? (() => Stream.Null), entry.Content) : null,
            };
            foreach (var (name, value) in entry.Xattrs ?? new Dictionary<string, byte[]>()) node.Xattrs[name] = value;
            return node;
        }

        public Node Clone() => (Node)MemberwiseClone();
    }
}
