using System.Globalization;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Unpacked layers by ChainID, shared by all processes that use a store; for a process that is root of its own namespaces.</summary>
/// <remarks>
/// <c>ID/fs</c> is the tree of a layer (an overlay's lower directory), <c>ID/record</c> says what it is, <c>ID/lock</c> is locked by those who
/// use it, and its modification time is that of the last use. ID is the beginning of the ChainID in hex. A snapshot is made under
/// <c>staging/</c>, made durable as a whole, and renamed: it is there as it should be or not at all, whenever the power goes. Two processes
/// that need the same one do the work once. What a dead process left in staging is removed when the next one starts; what is not used any more
/// <see cref="StoreCollector"/> removes, under the same locks.
/// </remarks>
/// <param name="root">The absolute path of the folder, which need not exist.</param>
/// <param name="content">Has the blobs of the layers that are asked for.</param>
/// <param name="locks">Lets one process at a time make a snapshot.</param>
/// <param name="idShift">A file of uid N in an image is of N and this on disk.</param>
/// <param name="choose">Says how trees are had, when the first is needed; given a folder of the store to try it in. The kernel's overlays when not given.</param>
/// <param name="open">Opens what layers are made of that are described only, by digest.</param>
public sealed class SnapshotStore(string root, IContentStore content, IKeyLock locks, int idShift, Func<string, ISnapshotter>? choose = null, Func<Digest, Stream>? open = null)
{
    internal const string TreeName = "fs", WorkName = "work", TargetName = "mnt";

    private const string RecordName = "record";
    private const int NameLength = 24, BusyTries = 500;
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(5);

    private readonly Lazy<string> _staging = new(() => Prepare(root));
    private readonly WholeTrees _whole = new(content);
    private Lazy<ISnapshotter>? _snapshotter;

    /// <summary>The snapshots of a store, in the store's own folders.</summary>
    /// <param name="store">Has the blobs too.</param>
    /// <param name="idShift">As above.</param>
    /// <param name="choose">As above.</param>
    /// <param name="open">As above.</param>
    public static SnapshotStore Of(LocalContentStore store, int idShift, Func<string, ISnapshotter>? choose = null, Func<Digest, Stream>? open = null) =>
        new(Path.Combine(store.Root, StoreTrees.Snapshots), store, KeyLocks.OfStore(store.Root), idShift, choose, open);

    /// <summary>How trees are had. Throws MBK1511.</summary>
    public ISnapshotter Snapshotter => LazyInitializer.EnsureInitialized(ref _snapshotter, () => new(() => choose?.Invoke(_staging.Value) ?? new OverlaySnapshotter())).Value;

    /// <summary>Mounts snapshots to be read.</summary>
    /// <param name="target">An absolute path of a directory.</param>
    /// <param name="stack">At least one.</param>
    /// <param name="stubs">A directory of mount points below everything; <c>null</c> for none.</param>
    public ITreeMount Show(string target, SnapshotStack stack, string? stubs = null)
    {
        if (stubs is null) return Snapshotter.MountReadOnly(target, stack.Lowers);
        if (stack.Lowers.Count == 0 || Snapshotter is not NativeSnapshotter) return Snapshotter.MountReadOnly(target, [.. stack.Lowers, stubs]);
        var draft = Begin(stack, DraftUse.Shown, CancellationToken.None);
        try
        {
            using (var tree = RootedTree.Open(draft.Upper))
            using (var points = RootedTree.Open(stubs)) new StubTree(tree, points).Add();
            return new ShownMount(Snapshotter.MountReadOnly(target, [draft.Upper]), draft);
        }
        catch
        {
            draft.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that a chain is unpacked, from the bottom up, and holds it.</summary>
    /// <param name="layers">From the bottom up; their blobs are in the content store.</param>
    /// <param name="cancellationToken">Leaves nothing half done.</param>
    public Task<SnapshotStack> EnsureAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken) => EnsureAsync(layers, areComing: false, cancellationToken);

    /// <summary>The same of layers whose blobs are on their way into the content store: they are unpacked while they come, and those that have not begun to are waited for.</summary>
    /// <param name="layers">From the bottom up.</param>
    /// <param name="cancellationToken">For when they do not come after all; leaves nothing half done.</param>
    public Task<SnapshotStack> EnsureComingAsync(IReadOnlyList<Layer> layers, CancellationToken cancellationToken) => EnsureAsync(layers, areComing: true, cancellationToken);

    private async Task<SnapshotStack> EnsureAsync(IReadOnlyList<Layer> layers, bool areComing, CancellationToken cancellationToken)
    {
        var ids = ChainId.Of(layers.Select(l => l.DiffId));
        var held = new List<HeldSnapshot>();
        try
        {
            for (var i = 0; i < ids.Count; i++)
                held.Add(TryHold(ids[i]) ?? await UnpackAsync(layers[i], ids[i], new SnapshotStack([.. ids.Take(i)], held), areComing, cancellationToken).ConfigureAwait(false));
            return new SnapshotStack(ids, held);
        }
        catch
        {
            foreach (var snapshot in held) snapshot.Dispose();
            throw;
        }
    }

    /// <summary>Begins a tree on top of others.</summary>
    public SnapshotDraft Begin(SnapshotStack parent, CancellationToken cancellationToken = default) => Begin(parent, DraftUse.Step, cancellationToken);

    private SnapshotDraft Begin(SnapshotStack parent, DraftUse use, CancellationToken cancellationToken)
    {
        try
        {
            var staging = Staging.Create(_staging.Value);
            try
            {
                var draft = new SnapshotDraft(staging, parent, Snapshotter);
                Directory.CreateDirectory(draft.Upper);
                Directory.CreateDirectory(draft.Target);
                DescribeRoot(draft);
                Snapshotter.Begin(draft, use, cancellationToken);
                return draft;
            }
            catch
            {
                staging.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    /// <summary>Makes a draft the snapshot of its parent and a layer, and holds it. When there is one already, that one is taken.</summary>
    /// <param name="draft">Unmounted; it is used up.</param>
    /// <param name="diffId">The layer that its upper directory makes.</param>
    /// <param name="cancellationToken">While others make the same.</param>
    public async Task<SnapshotStack> KeepAsync(SnapshotDraft draft, Digest diffId, CancellationToken cancellationToken)
    {
        var id = ChainId.Of(draft.Parent.Id, diffId);
        Digest[] ids = [.. draft.Parent.Ids, id];
        var held = new List<HeldSnapshot>();
        try
        {
            foreach (var below in draft.Parent.Ids)
                held.Add(TryHold(below) ?? throw Fault(ErrorKind.NotFound, $"The snapshot '{below}' is gone, though it is in use. Build again."));
            using (await locks.AcquireAsync(KeyOf(id), cancellationToken).ConfigureAwait(false))
                held.Add(TryHold(id) ?? Publish(draft, new SnapshotRecord(id, draft.Parent.Id, 0), null));
            draft.Dispose();
            return new SnapshotStack(ids, held);
        }
        catch
        {
            foreach (var snapshot in held) snapshot.Dispose();
            throw;
        }
    }

    private static string Prepare(string root)
    {
        try
        {
            var staging = Path.Combine(root, StoreTrees.Staging);
            PrivateFolder.Create(root);
            PrivateFolder.Create(staging);
            Staging.Sweep(staging);
            return staging;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(ErrorKind.Unavailable, $"The snapshots in '{root}' cannot be kept: {e.Message.TrimEnd('.')}. Make the folder yours, or set ContainerCacheDirectory to another disk.", e);
        }
    }

    private async Task<HeldSnapshot> UnpackAsync(Layer layer, Digest id, SnapshotStack parent, bool isComing, CancellationToken cancellationToken)
    {
        using var alone = await locks.AcquireAsync(KeyOf(id), cancellationToken).ConfigureAwait(false);
        if (TryHold(id) is { } made) return made;
        if (layer.IsDescribed) return await PlaceAsync(layer, id, parent, cancellationToken).ConfigureAwait(false);
        var compression = MediaTypes.LayerCompression(layer.Blob.MediaType)
            ?? throw Fault(ErrorKind.NotSupported, $"The layer '{layer.Blob.Digest}' is of the unknown kind '{layer.Blob.MediaType}'. Use another image.");
        if (isComing && await UnpackComingAsync(layer, compression, id, parent, cancellationToken).ConfigureAwait(false) is { } unpacked) return unpacked;
        var blob = await content.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false)
            ?? throw Fault(ErrorKind.NotFound, $"The layer '{layer.Blob.Digest}' is not in the store. Build again.");
        await using (blob.ConfigureAwait(false)) return await UnpackAsync(blob, layer, compression, id, parent, cancellationToken).ConfigureAwait(false);
    }

    // Until the blob is there; null then. What comes may be given up, and come again.
    private async Task<HeldSnapshot?> UnpackComingAsync(Layer layer, Compression compression, Digest id, SnapshotStack parent, CancellationToken cancellationToken)
    {
        for (; await content.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) != layer.Blob.Size; await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false))
            try
            {
                if (content.FindArriving(layer.Blob.Digest, layer.Blob.Size) is not { } blob) continue;
                await using (blob.ConfigureAwait(false)) return await UnpackAsync(blob, layer, compression, id, parent, cancellationToken).ConfigureAwait(false);
            }
            catch (SnapshotException e) when (e.Code == SnapshotException.UnreadableLayer)
            {
                // Whether that is what it is, or what came of it this time, shows when the blob is there.
            }
        return null;
    }

    // The DiffID proves what comes out, wherever it comes from.
    private Task<HeldSnapshot> UnpackAsync(Stream blob, Layer layer, Compression compression, Digest id, SnapshotStack parent, CancellationToken cancellationToken) => FillAsync(
        new SnapshotRecord(id, parent.Id, 0), parent, null, (applier, directory, isBottom) => applier.ApplyAsync(blob, compression, layer.DiffId, directory, isBottom, cancellationToken), cancellationToken);

    // What is much like a tree that is there gets only what is different, on top of that one.
    private async Task<HeldSnapshot> PlaceAsync(Layer layer, Digest id, SnapshotStack parent, CancellationToken cancellationToken)
    {
        var entries = await TreeDescription.FindAsync(content, layer, open ?? (_ => throw Lost(layer)), cancellationToken).ConfigureAwait(false) ?? throw Lost(layer);
        if (Snapshotter is OverlaySnapshotter && await _whole.FindAsync(parent, entries, cancellationToken).ConfigureAwait(false) is { } like && TryHold(like.Id) is { } earlier)
            return await FillAsync(new SnapshotRecord(id, parent.Id, 0, like.Id), parent, earlier, Place(like.Changes), cancellationToken).ConfigureAwait(false);
        var whole = await FillAsync(new SnapshotRecord(id, parent.Id, 0), parent, null, Place(entries), cancellationToken).ConfigureAwait(false);
        _whole.Remember(parent, id, layer);
        return whole;

        Func<LayerApplier, string, bool, Task<AppliedLayer>> Place(IReadOnlyList<TreeEntry> what) =>
            (applier, directory, isBottom) => applier.ApplyAsync(what, layer.DiffId, directory, isBottom, cancellationToken);
    }

    // The earlier tree belongs to what comes out.
    private async Task<HeldSnapshot> FillAsync(
        SnapshotRecord record, SnapshotStack parent, HeldSnapshot? earlier, Func<LayerApplier, string, bool, Task<AppliedLayer>> fill, CancellationToken cancellationToken)
    {
        try
        {
            using var draft = Begin(earlier is null ? parent : parent.With(earlier), DraftUse.Layer, cancellationToken);
            return Publish(draft, record with { LeftOut = (await FillAsync(draft, fill).ConfigureAwait(false)).LeftOut.Count }, earlier);
        }
        catch
        {
            earlier?.Dispose();
            throw;
        }
    }

    private async Task<AppliedLayer> FillAsync(SnapshotDraft draft, Func<LayerApplier, string, bool, Task<AppliedLayer>> fill)
    {
        var applier = new LayerApplier(idShift);
        if (draft.Parent.Lowers.Count == 0) return await fill(applier, draft.Upper, true).ConfigureAwait(false);
        using var mount = draft.Mount();
        var applied = await fill(applier, mount.Target, false).ConfigureAwait(false);
        mount.Unmount();
        return applied;
    }

    // A new root is that of the layer below: the topmost directory is the one that counts.
    private void DescribeRoot(SnapshotDraft draft)
    {
        using var tree = RootedTree.Open(draft.Upper);
        if (draft.Parent.Lowers.Count == 0)
        {
            tree.SetOwner("", (uint)idShift, (uint)idShift);
            tree.SetMode("", 0b111_101_101);
            tree.SetModified("", 0);
            return;
        }
        using var lower = RootedTree.Open(draft.Parent.Lowers[0]);
        var status = lower.Read("");
        tree.SetOwner("", status.Uid, status.Gid);
        tree.SetMode("", status.Permissions);
        foreach (var (name, value) in lower.ReadXattrs("").Where(x => ExtendedAttributes.IsShared(x.Key))) tree.TrySetXattr("", name, value);
        tree.SetModified("", status.ModifiedSeconds, status.ModifiedNanoseconds);
    }

    private HeldSnapshot Publish(SnapshotDraft draft, SnapshotRecord record, HeldSnapshot? earlier)
    {
        try
        {
            using (var folder = RootedTree.Open(draft.Folder))
            {
                folder.RemoveTree(WorkName);
                folder.RemoveTree(TargetName);
            }
            var lockFile = Path.Combine(draft.Folder, StoreTrees.LockName);
            File.WriteAllBytes(lockFile, []);
            if (!record.TryWrite(Path.Combine(draft.Folder, RecordName))) throw new IOException("its record cannot be written");
            var hold = NamedLock.TryShare(lockFile) ?? throw new IOException("its lock cannot be taken");
            return Rename(draft.Folder, record.Id, hold, earlier);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    private HeldSnapshot Rename(string from, Digest id, SafeFileHandle hold, HeldSnapshot? earlier)
    {
        try
        {
            Posix.TrySyncFileSystem(root);
            // One that is there and cannot be held is on its way out, or damaged.
            for (var tries = 0; Directory.Exists(FolderOf(id)); tries++)
            {
                if (!TryRemove(id) && tries == BusyTries) throw new IOException($"'{FolderOf(id)}' is in its way");
                if (Directory.Exists(FolderOf(id))) Thread.Sleep(10);
            }
            Directory.Move(from, FolderOf(id));
            Posix.SyncDirectory(root);
            return Hold(id, hold, earlier);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    private HeldSnapshot Hold(Digest id, SafeFileHandle hold, HeldSnapshot? earlier)
    {
        var tree = Path.Combine(FolderOf(id), TreeName);
        return earlier?.With(tree, hold) ?? new HeldSnapshot([tree], [hold]);
    }

    private HeldSnapshot? TryHold(Digest id)
    {
        _ = _staging.Value;
        var path = Path.Combine(FolderOf(id), StoreTrees.LockName);
        if (NamedLock.TryShare(path) is not { } hold) return null;
        HeldSnapshot? earlier = null;
        if (SnapshotRecord.Find(Path.Combine(FolderOf(id), RecordName)) is not { } record || record.Id != id || (record.Earlier is { } other && (earlier = TryHold(other)) is null))
        {
            hold.Dispose();
            return null;
        }
        // One that cannot be marked as used is merely removed earlier.
        _ = Kernel.utimensat(Kernel.CurrentDirectory, path, null, Kernel.NoFollow);
        return Hold(id, hold, earlier);
    }

    private bool TryRemove(Digest id)
    {
        try
        {
            if (!Directory.Exists(FolderOf(id))) return false;
            using var alone = NamedLock.TryTake(Path.Combine(FolderOf(id), StoreTrees.LockName), FileMode.OpenOrCreate);
            if (alone is null) return false;
            using var staging = Staging.Create(_staging.Value);
            Directory.Move(FolderOf(id), Path.Combine(staging.Path, TreeName));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CannotKeep(e);
        }
    }

    private string FolderOf(Digest id) => Path.Combine(root, id.Hex[..NameLength] + Snapshotter.Ending);

    private string KeyOf(Digest id) => string.Create(CultureInfo.InvariantCulture, $"snapshot {id}{Snapshotter.Ending}");

    private SnapshotException CannotKeep(Exception e) =>
        Fault(ErrorKind.Unavailable, $"A snapshot in '{root}' cannot be kept: {DiskSpace.Explain(e, root, 0)}. Free space with 'msbuildkit prune', or set ContainerCacheDirectory to another disk.", e);

    private static SnapshotException Lost(Layer layer) => Fault(ErrorKind.NotFound, $"What '{layer.CreatedBy}' copied is nowhere to be had any more. Build again.");

    private static SnapshotException Fault(ErrorKind kind, string message, Exception? inner = null) => new(SnapshotException.CannotKeepSnapshot, kind, message, inner);
}
