using System.Globalization;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Trees that are mounted for one operation, below a folder that every id can get to; disposed, they are gone again.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TreeMounts(SnapshotStore snapshots, WorkArea area) : IDisposable
{
    private readonly string _folder = area.MakeTreeFolder();
    private readonly List<SnapshotStack> _stacks = [];
    private readonly List<SnapshotDraft> _drafts = [];
    private readonly List<ITreeMount> _mounts = [];
    private int _folders;

    /// <summary>Mounts layers to be read; where the tree is. No layers are an empty directory.</summary>
    /// <param name="layers">From the bottom up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="stubs">A directory of mount points below everything; <c>null</c> for none.</param>
    public async Task<string> MountAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken, string? stubs = null)
    {
        var stack = await EnsureAsync(layers, cancellationToken).ConfigureAwait(false);
        var target = MakeFolder();
        if (stack.Lowers.Count > 0 || stubs is not null) _mounts.Add(snapshots.Show(target, stack, stubs));
        return target;
    }

    /// <summary>Begins a tree on top of layers, and mounts it to be written to.</summary>
    /// <param name="layers">From the bottom up.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="stubs">As above; nothing of it gets into the tree.</param>
    public async Task<(SnapshotDraft Draft, ITreeMount Mount)> BeginAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken, string? stubs = null)
    {
        var stack = await EnsureAsync(layers, cancellationToken).ConfigureAwait(false);
        var draft = snapshots.Begin(stack, cancellationToken);
        _drafts.Add(draft);
        return (draft, Add(draft.Mount(MakeFolder(), stubs)));
    }

    /// <summary>Mounts layers with a directory of somebody else's on top, which is written to; where the tree is.</summary>
    /// <param name="layers">From the bottom up; none mount the directory alone.</param>
    /// <param name="upper">The directory.</param>
    /// <param name="work">Where the mount may have its own things, beside it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="stubs">As above.</param>
    public async Task<string> MountOnAsync(IReadOnlyList<Layer> layers, string upper, string work, CancellationToken cancellationToken, string? stubs = null) =>
        Add(snapshots.Snapshotter.MountWritable(MakeFolder(), (await EnsureAsync(layers, cancellationToken).ConfigureAwait(false)).Lowers, upper, work, stubs)).Target;

    /// <summary>An empty folder beside the trees.</summary>
    public string MakeFolder() => Directory.CreateDirectory(Path.Combine(_folder, (_folders++).ToString(CultureInfo.InvariantCulture))).FullName;

    /// <summary>Unmounts the trees, so that what is in them stands still.</summary>
    public void Unmount()
    {
        for (var i = _mounts.Count - 1; i >= 0; i--) _mounts[i].Unmount();
        _mounts.Clear();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        for (var i = _mounts.Count - 1; i >= 0; i--) _mounts[i].Dispose();
        foreach (var draft in _drafts) draft.Dispose();
        foreach (var stack in _stacks) stack.Dispose();
        using var folder = RootedTree.Open(Path.GetDirectoryName(_folder)!);
        folder.RemoveTree(Path.GetFileName(_folder));
    }

    private ITreeMount Add(ITreeMount mount)
    {
        _mounts.Add(mount);
        return mount;
    }

    private async Task<SnapshotStack> EnsureAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken)
    {
        var stack = await snapshots.EnsureAsync(layers, cancellationToken).ConfigureAwait(false);
        _stacks.Add(stack);
        return stack;
    }
}
