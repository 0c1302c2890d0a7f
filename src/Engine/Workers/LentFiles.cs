using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Workers;

/// <summary>A lent tree as file actions read trees. Nothing is opened before its content is asked for, and owners are numbered as the worker's.</summary>
internal sealed class LentFiles : IFileTree
{
    private const int DirectoryMode = 0b111_101_101, LinkMode = 0b111_111_111;
    private static readonly Dictionary<string, byte[]> s_noXattrs = [];

    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _names = new(StringComparer.Ordinal);

    private readonly Node _implied;

    public LentFiles(LocalTree tree, IReadOnlyList<FileFacts> facts)
    {
        var time = tree.ModifiedSeconds;
        _implied = new Node(Kernel.Directory, DirectoryMode, null, null, time) { IsImplied = true };
        _nodes.Add("", _implied);
        foreach (var directory in tree.Directories) Add(directory.Path, new Node(Kernel.Directory, directory.Mode, directory.Uid, directory.Gid, time));
        foreach (var link in tree.Links) Add(link.Path, new Node(Kernel.Link, LinkMode, null, null, time, Link: link.Target));
        for (var i = 0; i < tree.Files.Count; i++)
        {
            var file = tree.Files[i];
            Add(file.Path, new Node(Kernel.File, file.Mode ?? LentTrees.DefaultMode(facts[i]), file.Uid, file.Gid, time, file, facts[i]));
        }
    }

    /// <summary>What is in the tree, in ordinal order of paths and as entries of a layer; directories that nobody stated are none.</summary>
    /// <param name="paths">What of it; <c>null</c> for all.</param>
    public IEnumerable<TreeEntry> ToEntries(IReadOnlySet<string>? paths = null) =>
        _nodes.Where(n => !n.Value.IsImplied && paths?.Contains(n.Key) != false).OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Value.ToEntry(n.Key));

    /// <summary>The paths of all links.</summary>
    public IEnumerable<string> Links => _nodes.Where(n => n.Value.Type == Kernel.Link).Select(n => n.Key);

    /// <summary>All that a layer could say of what is at a path, in one line.</summary>
    public string Describe(string path) => _nodes[path].Describe();

    public FileStatus? Find(string path) => _nodes.TryGetValue(path, out var node) ? node.Status : null;

    public IReadOnlyList<string> List(string path) => _names.GetValueOrDefault(path) ?? [];

    public string ReadLink(string path) => _nodes[path].Link!;

    public FileContent Content(string path, long size) => new(size, () => _nodes[path].Open(), _nodes[path].Facts?.Sha256);

    public IReadOnlyDictionary<string, byte[]> ReadXattrs(string path) => s_noXattrs;

    public bool IsImplied(string path) => _nodes[path].IsImplied;

    public (uint? Uid, uint? Gid) StatedOwner(string path) => (ToWorker(_nodes[path].Uid), ToWorker(_nodes[path].Gid));

    private static uint? ToWorker(int? id) => id is { } stated ? (uint)stated + StepIds.First : null;

    private void Add(string path, Node node)
    {
        if (!_nodes.TryAdd(path, node))
        {
            _nodes[path] = node;
            return;
        }
        var parent = RootedTree.ParentOf(path);
        if (!_nodes.ContainsKey(parent)) Add(parent, _implied);
        if (!_names.TryGetValue(parent, out var names)) _names.Add(parent, names = []);
        names.Add(RootedTree.NameOf(path));
    }

    private sealed record Node(int Type, int Mode, int? Uid, int? Gid, long Seconds, LocalFile? File = null, FileFacts? Facts = null, string? Link = null)
    {
        public bool IsImplied { get; init; }

        public FileStatus Status => new(
            Type | Mode, ToWorker(Uid) ?? StepIds.First, ToWorker(Gid) ?? StepIds.First, Facts?.Size ?? 0, Seconds, 0, Device: 0, Inode: 0, Links: 1, NodeMajor: 0, NodeMinor: 0);

        public Stream Open() => Facts!.Size == 0 ? Stream.Null : new LentFileStream(File!, Facts);

        public string Describe() => FormattableString.Invariant($"{Type}\0{Mode}\0{Uid}\0{Gid}\0{Facts?.Sha256}\0{Link}\0{IsImplied}\0{Seconds}");

        public TreeEntry ToEntry(string path)
        {
            LayerNames.Check(path);
            var type = Type == Kernel.Directory ? TreeEntryType.Directory : Type == Kernel.Link ? TreeEntryType.Symlink : TreeEntryType.File;
            return new TreeEntry { Path = path, Type = type, Mode = Mode, Uid = Uid ?? 0, Gid = Gid ?? 0, ModifiedSeconds = Seconds, Size = Facts?.Size ?? 0, Content = Facts?.Sha256, Link = Link, Open = Facts is { Size: > 0 } ? Open : null };
        }
    }
}
