using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Reads the upper directory of an overlay as a layer: what was added and changed, and what is gone (OCI image-spec, layer.md).</summary>
/// <remarks>
/// The order is that of the names, so two runs that leave the same tree give the same layer. A directory that was only passed through, and in
/// which nothing changed, is no change. Sockets are nothing that an image can have. A name that is gone, or a directory that began anew, is
/// said only when the layers below had it. The overlay must be unmounted, and nothing may write to the tree meanwhile: content is opened when
/// it is asked for, and must be what it was when its name was read (MBK1501).
/// </remarks>
/// <param name="upper">The upper directory itself.</param>
/// <param name="lower">What it was mounted on, as one tree; <c>null</c> when that was nothing.</param>
/// <param name="idShift">What was added to owners.</param>
/// <param name="latestSeconds">No modification time is after this one, in seconds of the Unix epoch; <c>null</c> means no limit.</param>
public sealed class UpperTree(RootedTree upper, RootedTree? lower, int idShift, long? latestSeconds)
{
    private const string Whiteout = ".wh.", Opaque = ".wh..wh..opq";

    /// <summary>The entries, parents before children. The root itself has none.</summary>
    public IEnumerable<TreeEntry> Read()
    {
        var names = new Dictionary<(ulong, ulong), string>();
        var folders = new List<Folder> { new("", Sorted(""), lower is not null) };
        while (folders.Count > 0)
        {
            var folder = folders[^1];
            if (!folder.Names.TryDequeue(out var name))
            {
                folders.RemoveAt(folders.Count - 1);
                continue;
            }
            var path = folder.Path.Length == 0 ? name : $"{folder.Path}/{name}";
            var status = upper.Read(path);
            if (status.IsDirectory)
            {
                var below = folder.IsBelow ? lower?.Find(path) : null;
                var isOpaque = upper.ReadXattrs(path).TryGetValue(ExtendedAttributes.Opaque, out var value) && value is [(byte)'y'];
                var entry = Describe(path, TreeEntryType.Directory, status);
                var goesOn = below is { IsDirectory: true } && !isOpaque;
                var inside = new Folder(path, Sorted(path), goesOn) { Pending = entry };
                folders.Add(inside);
                if (goesOn && IsUnchanged(entry, path, below!.Value)) continue;
                foreach (var pending in TakePending(folders)) yield return pending;
                if (isOpaque && below is { IsDirectory: true }) yield return Removal($"{path}/{Opaque}");
                continue;
            }
            if (Convert(folder, path, status, names) is not { } changed) continue;
            foreach (var pending in TakePending(folders)) yield return pending;
            yield return changed;
        }
    }

    private static IEnumerable<TreeEntry> TakePending(List<Folder> folders)
    {
        foreach (var folder in folders)
        {
            if (folder.Pending is { } pending) yield return pending;
            folder.Pending = null;
        }
    }

    private TreeEntry? Convert(Folder folder, string path, FileStatus status, Dictionary<(ulong, ulong), string> names)
    {
        if (status.IsSocket) return null;
        if (status.IsWhiteout)
        {
            if (!folder.IsBelow || lower?.Find(path) is null) return null;
            return Removal(folder.Path.Length == 0 ? Whiteout + RootedTree.NameOf(path) : $"{folder.Path}/{Whiteout}{RootedTree.NameOf(path)}");
        }
        if (status.Links > 1 && !names.TryAdd((status.Device, status.Inode), path))
            return Describe(path, TreeEntryType.HardLink, status) with { Link = names[(status.Device, status.Inode)], Xattrs = null };
        var entry = Describe(path, TypeOf(status), status);
        return entry.Type switch
        {
            TreeEntryType.File => entry with { Size = status.Size, Open = status.Size == 0 ? null : () => Open(path, status) },
            TreeEntryType.Symlink => entry with { Link = upper.ReadLink(path) },
            _ => entry with { DeviceMajor = status.NodeMajor, DeviceMinor = status.NodeMinor },
        };
    }

    private TreeEntry Describe(string path, TreeEntryType type, FileStatus status)
    {
        if (RootedTree.NameOf(path).StartsWith(Whiteout, StringComparison.Ordinal))
            throw new SnapshotException(SnapshotException.UnsayableName, ErrorKind.NotSupported, $"'/{path}' begins with '{Whiteout}', which means a removal in a layer. Rename it in the step that makes it.");
        return new()
        {
            Path = path, Type = type, Mode = status.IsLink ? 0b111_111_111 : status.Permissions, Uid = Unshifted(status.Uid), Gid = Unshifted(status.Gid),
            ModifiedSeconds = Math.Min(status.ModifiedSeconds, latestSeconds ?? long.MaxValue), Xattrs = Xattrs(upper, path),
        };
    }

    private bool IsUnchanged(TreeEntry entry, string path, FileStatus below)
    {
        if ((entry.Mode, entry.Uid, entry.Gid) != (below.Permissions, Unshifted(below.Uid), Unshifted(below.Gid))) return false;
        var (now, before) = (entry.Xattrs ?? new Dictionary<string, byte[]>(), Xattrs(lower!, path) ?? new Dictionary<string, byte[]>());
        return now.Count == before.Count && now.All(x => before.TryGetValue(x.Key, out var value) && value.AsSpan().SequenceEqual(x.Value));
    }

    private Dictionary<string, byte[]>? Xattrs(RootedTree tree, string path)
    {
        var shared = tree.ReadXattrs(path).Where(x => ExtendedAttributes.IsShared(x.Key)).ToDictionary(x => x.Key, x => ExtendedAttributes.FromDisk(x.Key, x.Value, idShift));
        return shared.Count == 0 ? null : shared;
    }

    private FileStream Open(string path, FileStatus expected)
    {
        var handle = upper.OpenFile(path);
        if (Kernel.Status(RootedTree.Number(handle), "", out var status) == 0 && status.IsSameContent(expected)) return new FileStream(handle, FileAccess.Read, 0);
        handle.Dispose();
        throw new SnapshotException(SnapshotException.FileChanged, ErrorKind.FailedPrecondition, $"The file for '/{path}' changed while it was read. Let nothing write to the store, and build again.");
    }

    private Queue<string> Sorted(string path) => new(upper.List(path).Order(StringComparer.Ordinal));

    // The caller's own number, below all that are shifted, is what the worker itself made: root's.
    private int Unshifted(uint id) => id < idShift ? 0 : (int)(id - (uint)idShift);

    private static TreeEntry Removal(string path) => new() { Path = path, Type = TreeEntryType.File, Mode = 0 };

    private static TreeEntryType TypeOf(FileStatus status) => (status.Mode & Kernel.TypeMask) switch
    {
        Kernel.Link => TreeEntryType.Symlink,
        Kernel.Fifo => TreeEntryType.Fifo,
        Kernel.CharacterDevice => TreeEntryType.CharacterDevice,
        Kernel.BlockDevice => TreeEntryType.BlockDevice,
        _ => TreeEntryType.File,
    };

    private sealed record Folder(string Path, Queue<string> Names, bool IsBelow)
    {
        public TreeEntry? Pending { get; set; }
    }
}
