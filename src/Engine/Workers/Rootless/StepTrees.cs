using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.FileActions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Everything that is mounted for one step, from its inputs' layers to its caches; disposed, all of it is gone again.</summary>
[SupportedOSPlatform("linux")]
internal sealed class StepTrees(Op op, RunStep step, SnapshotStore snapshots, CacheMounts caches, WorkArea area, FailedStep? failed = null, Func<string, ValueTask>? remark = null) : IDisposable
{
    private static readonly FileActionCopy s_whole = new() { Mode = -1 };

    private readonly ExecOp _exec = op.Exec;
    private readonly TreeMounts _trees = new(snapshots, area);
    private readonly Dictionary<Mount, SnapshotDraft> _drafts = [];
    private readonly Dictionary<Mount, string> _places = [];
    private readonly Dictionary<(string Id, string Ground), CacheMount> _caches = [];
    private readonly List<AgentRelay> _relays = [];
    private readonly List<SafeFileHandle> _selected = [];

    /// <summary>The mount that the step's root is.</summary>
    public Mount Root => _exec.Mounts.First(m => m.Dest == "/");

    /// <summary>Mounts it all, and says what is to run on it.</summary>
    public async Task<StepSpec> PrepareAsync(CancellationToken cancellationToken)
    {
        var mounts = new List<StepMount>();
        foreach (var mount in _exec.Mounts.Where(m => m.Dest != "/"))
            if (await ConvertAsync(mount, cancellationToken).ConfigureAwait(false) is { } converted)
                mounts.Add(converted);

        var spec = Describe(mounts, Root.Readonly);
        // Mount points lie below all layers, so that none ever gets into one.
        var folder = _trees.MakeFolder();
        using (var stubs = new StepTree(folder))
            foreach (var point in MountPoints.Needed(spec)) stubs.Ensure(point.Path, point.IsFile);
        return spec with { Root = await PlaceAsync(Root, MountAsync(Root, folder, cancellationToken)).ConfigureAwait(false) };
    }

    /// <summary>What was written on a mount; <c>null</c> when it was not to be written.</summary>
    public SnapshotDraft? FindDraft(Mount mount) => _drafts.GetValueOrDefault(mount);

    /// <summary>Where a mount's tree is, all of it; <c>null</c> for a mount of something else.</summary>
    public string? FindTree(Mount mount) => _places.GetValueOrDefault(mount);

    /// <summary>Unmounts the trees, so that what is in them stands still.</summary>
    public void Unmount()
    {
        Release();
        _trees.Unmount();
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Release();
        foreach (var relay in _relays) relay.Dispose();
        _trees.Dispose();
        foreach (var cache in _caches.Values) cache.Dispose();
    }

    // What is held of a tree keeps it mounted.
    private void Release()
    {
        foreach (var place in _selected) place.Dispose();
        _selected.Clear();
    }

    private StepSpec Describe(IReadOnlyList<StepMount> mounts, bool readOnly)
    {
        var meta = _exec.Meta;
        var sandbox = new StepSpec
        {
            Root = "", Platform = SourceWorker.PlatformOf(op), Args = [], ReadOnlyRoot = readOnly, Mounts = mounts, Network = _exec.Network, Security = _exec.Security,
            ExtraHosts = [.. meta.ExtraHosts.Select(h => new ExtraHost(h.Host, h.IP))], Devices = [.. _exec.CdiDevices.Select(d => new StepDevice(d.Name, d.Optional))],
        };
        var spec = StepCommand.Of(sandbox, meta, _exec.Secretenv, step.Secrets);
        return meta.Hostname.Length > 0 ? spec with { Hostname = meta.Hostname } : spec;
    }

    private async Task<StepMount?> ConvertAsync(Mount mount, CancellationToken cancellationToken) => mount.MountType switch
    {
        MountType.Bind => new BindMount(Select(await PlaceAsync(mount, MountAsync(mount, null, cancellationToken)).ConfigureAwait(false), mount), PlaceOf(mount), mount.Readonly),
        MountType.Tmpfs => new TmpfsMount(PlaceOf(mount), mount.TmpfsOpt?.Size ?? 0),
        MountType.Cache => new CacheDirectory(Select(await PlaceAsync(mount, OpenCacheAsync(mount, cancellationToken)).ConfigureAwait(false), mount), PlaceOf(mount), mount.Readonly),
        // One that is not there was allowed not to be: the engine has asked.
        MountType.Secret => step.Secrets.TryGetValue(mount.SecretOpt.ID, out var secret)
            ? new SecretFile(PlaceOf(mount), secret.Memory, (int)mount.SecretOpt.Uid, (int)mount.SecretOpt.Gid, (int)mount.SecretOpt.Mode)
            : null,
        MountType.Ssh => step.SshAgents.TryGetValue(mount.SSHOpt.ID, out var agent)
            ? new SshSocket(Relay(mount.SSHOpt.ID, agent), PlaceOf(mount), (int)mount.SSHOpt.Uid, (int)mount.SSHOpt.Gid, (int)mount.SSHOpt.Mode)
            : null,
        _ => throw WorkerException.NeedsRunner($"A mount of the kind '{mount.MountType}'"),
    };

    // BuildKit's frontend ends some of them in a slash. One that is relative is so to where the step begins.
    private string PlaceOf(Mount mount)
    {
        var place = mount.Dest.StartsWith('/') ? mount.Dest : $"{_exec.Meta.Cwd.TrimEnd('/')}/{mount.Dest}";
        return place.Length > 1 ? place.TrimEnd('/') : place;
    }

    private async Task<string> PlaceAsync(Mount mount, Task<string> mounted) => _places[mount] = await mounted.ConfigureAwait(false);

    private async Task<string> MountAsync(Mount mount, string? stubs, CancellationToken cancellationToken)
    {
        var layers = LayerBlobs.Of(step, mount.Input);
        if (mount.Readonly) return await _trees.MountAsync(layers, cancellationToken, stubs).ConfigureAwait(false);
        if (mount == Root && failed is not null) return await _trees.MountOnAsync(layers, failed.Upper, failed.Work, cancellationToken, stubs).ConfigureAwait(false);
        var (draft, mounted) = await _trees.BeginAsync(layers, cancellationToken, stubs).ConfigureAwait(false);
        _drafts[mount] = draft;
        return mounted.Target;
    }

    private async Task<string> OpenCacheAsync(Mount mount, CancellationToken cancellationToken)
    {
        var layers = LayerBlobs.Of(step, mount.Input);
        var ground = ChainId.Of(layers.Select(l => l.DiffId)) is [.., var id] ? id.ToString() : "";
        // One that a step mounts twice is the step's once, or it would wait for itself.
        if (!_caches.TryGetValue((mount.CacheOpt.ID, ground), out var cache))
            _caches.Add((mount.CacheOpt.ID, ground), cache = await caches.TakeAsync(StrictestOf(mount.CacheOpt), ground, path => MakeCacheAsync(path, layers, cancellationToken), cancellationToken).ConfigureAwait(false));
        // The way through the caller's own folders is closed to a step's root.
        return await _trees.MountOnAsync([], cache.Path, "", cancellationToken).ConfigureAwait(false);
    }

    private CacheOpt StrictestOf(CacheOpt one) => _exec.Mounts.Where(m => m.MountType == MountType.Cache && m.CacheOpt.ID == one.ID).Select(m => m.CacheOpt).MaxBy(c => c.Sharing switch { CacheSharingOpt.Locked => 2, CacheSharingOpt.Private => 1, _ => 0 })!;

    private async Task MakeCacheAsync(string path, IReadOnlyList<Layer> layers, CancellationToken cancellationToken)
    {
        using var stack = await snapshots.EnsureAsync(layers, cancellationToken).ConfigureAwait(false);
        using var none = await snapshots.EnsureAsync([], cancellationToken).ConfigureAwait(false);
        using var draft = snapshots.Begin(none, cancellationToken);
        var begun = draft.Upper;
        if (layers.Count > 0)
        {
            begun = Path.Combine(draft.Folder, "cache");
            using var ground = snapshots.Show(draft.Target, stack);
            using var source = RootedTree.Open(ground.Target);
            using var target = RootedTree.Open(draft.Folder);
            await new TreeCopier(source, new ChangedTree(target, null, null), s_whole).CopyAsync("", Path.GetFileName(begun), cancellationToken).ConfigureAwait(false);
        }
        Directory.Move(begun, path);
    }

    private string Relay(string id, string agent)
    {
        var relay = new AgentRelay(Path.Combine(_trees.MakeFolder(), "agent"), agent, key => remark?.Invoke($"signed with the SSH key {key} of '{id}'") ?? default);
        _relays.Add(relay);
        return relay.Path;
    }

    // What is named is looked for inside, whatever links are in the way, and held: in a cache another step may put a link in its place by now
    // (CVE-2024-23651).
    private string Select(string root, Mount mount)
    {
        if (mount.Selector.Trim('/').Length == 0) return root;
        using var tree = new StepTree(root);
        var place = tree.Open(mount.Selector) ?? throw new WorkerException(WorkerException.NoSelection, ErrorKind.NotFound,
            $"'{mount.Selector}' is not in the tree that is mounted at '{mount.Dest}'. Check the source of the mount.");
        _selected.Add(place);
        return Kernel.PathTo(place);
    }
}
