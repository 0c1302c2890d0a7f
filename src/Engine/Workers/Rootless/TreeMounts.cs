using System.Globalization;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Trees of layers that are mounted for one operation; disposed, they are gone again.</summary>
[SupportedOSPlatform("linux")]
internal sealed class TreeMounts(SnapshotStore snapshots, WorkArea area) : IDisposable
{
    private readonly string _folder = area.MakeTreeFolder();
    private readonly List<SnapshotStack> _stacks = [];
    private readonly List<SnapshotDraft> _drafts = [];
    private readonly List<OverlayMount> _mounts = [];

    /// <summary>Mounts layers to be read; where the tree is. No layers are an empty directory.</summary>
    public async Task<string> MountAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken)
    {
        var stack = await EnsureAsync(layers, cancellationToken).ConfigureAwait(false);
        var target = MakeFolder();
        if (stack.Lowers.Count > 0) _mounts.Add(OverlayMount.ReadOnly(target, stack.Lowers));
        return target;
    }

    /// <summary>Begins a tree on top of layers, and mounts it to be written to.</summary>
    public async Task<(SnapshotDraft Draft, OverlayMount Mount)> BeginAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken)
    {
        var draft = snapshots.Begin(await EnsureAsync(layers, cancellationToken).ConfigureAwait(false));
        _drafts.Add(draft);
        _mounts.Add(draft.Mount());
        return (draft, _mounts[^1]);
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

    private async Task<SnapshotStack> EnsureAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken)
    {
        var stack = await snapshots.EnsureAsync(layers, cancellationToken).ConfigureAwait(false);
        _stacks.Add(stack);
        return stack;
    }

    private string MakeFolder() =>
        Directory.CreateDirectory(Path.Combine(_folder, _stacks.Count.ToString(CultureInfo.InvariantCulture))).FullName;
}
