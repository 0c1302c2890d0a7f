using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Reads what is in a tree as the entries of one layer.</summary>
/// <remarks>Nothing may write to the tree meanwhile: content is opened when it is asked for, and must be what it was when its name was read
/// (MBK1501).</remarks>
/// <param name="tree">The tree.</param>
/// <param name="idShift">What was added to owners.</param>
/// <param name="times">Which they may be; <c>null</c> means no limit.</param>
internal sealed class TreeEntryReader(RootedTree tree, int idShift, EntryTimes? times)
{
    private const string Whiteout = ".wh.";

    private readonly Dictionary<(ulong, ulong), string> _names = [];

    /// <summary>An entry that says that a name of the layers below is gone.</summary>
    public static TreeEntry Removal(string path)
    {
        var (folder, name) = (RootedTree.ParentOf(path), Whiteout + RootedTree.NameOf(path));
        return new() { Path = folder.Length == 0 ? name : $"{folder}/{name}", Type = TreeEntryType.File, Mode = 0 };
    }

    /// <summary>What a name is, without content or links; throws MBK1510 for one that means a removal in a layer.</summary>
    public TreeEntry Describe(string path, FileStatus status)
    {
        if (RootedTree.NameOf(path).StartsWith(Whiteout, StringComparison.Ordinal))
            throw new SnapshotException(SnapshotException.UnsayableName, ErrorKind.NotSupported, $"'/{path}' begins with '{Whiteout}', which means a removal in a layer. Rename it in the step that makes it.");
        return new()
        {
            Path = path, Type = TypeOf(status), Mode = status.IsLink ? 0b111_111_111 : status.Permissions, Uid = Unshifted(status.Uid), Gid = Unshifted(status.Gid),
            ModifiedSeconds = times?.Of(status.ModifiedSeconds) ?? status.ModifiedSeconds, Xattrs = ReadXattrs(path),
        };
    }

    /// <summary>The whole of what is no directory. A name of a file that was read under another one before is a hard link.</summary>
    public TreeEntry Read(string path, FileStatus status)
    {
        var entry = Describe(path, status);
        if (status.Links > 1 && !_names.TryAdd((status.Device, status.Inode), path))
            return entry with { Type = TreeEntryType.HardLink, Link = _names[(status.Device, status.Inode)], Xattrs = null };
        return entry.Type switch
        {
            TreeEntryType.File => entry with { Size = status.Size, Open = status.Size == 0 ? null : () => Open(path, status) },
            TreeEntryType.Symlink => entry with { Link = tree.ReadLink(path) },
            _ => entry with { DeviceMajor = status.NodeMajor, DeviceMinor = status.NodeMinor },
        };
    }

    /// <summary>Opens the content of a file.</summary>
    public FileStream Open(string path, FileStatus expected)
    {
        var handle = tree.OpenFile(path);
        if (Kernel.Status(RootedTree.Number(handle), "", out var status) == 0 && status.IsSameContent(expected))
        {
            // What is read to make a layer of it is kept as a tree as well.
            Posix.BeginWriting(handle, 0, status.Size);
            return new FileStream(handle, FileAccess.Read, 0);
        }
        handle.Dispose();
        throw new SnapshotException(SnapshotException.FileChanged, ErrorKind.FailedPrecondition, $"The file for '/{path}' changed while it was read. Let nothing write to the store, and build again.");
    }

    /// <summary>Two entries say the same of mode, owner and attributes.</summary>
    public static bool AreAlike(TreeEntry one, TreeEntry other)
    {
        if ((one.Type, one.Mode, one.Uid, one.Gid) != (other.Type, other.Mode, other.Uid, other.Gid)) return false;
        var (now, before) = (one.Xattrs ?? new Dictionary<string, byte[]>(), other.Xattrs ?? new Dictionary<string, byte[]>());
        return now.Count == before.Count && now.All(x => before.TryGetValue(x.Key, out var value) && value.AsSpan().SequenceEqual(x.Value));
    }

    /// <summary>What is no directory says and holds the same in both trees, to the nanosecond and byte by byte. One of several names is never the same: the others
    /// would lose it.</summary>
    public bool IsSame(string path, FileStatus now, TreeEntryReader other, FileStatus before)
    {
        if (now.Links > 1 || (now.Mode, now.Uid, now.Gid, now.Size, now.ModifiedSeconds, now.ModifiedNanoseconds) !=
            (before.Mode, before.Uid, before.Gid, before.Size, before.ModifiedSeconds, before.ModifiedNanoseconds)) return false;
        if (!AreAlike(Describe(path, now), other.Describe(path, before))) return false;
        if (now.IsLink) return tree.ReadLink(path) == other.Tree.ReadLink(path);
        if (!now.IsFile) return (now.NodeMajor, now.NodeMinor) == (before.NodeMajor, before.NodeMinor);
        using var one = Open(path, now);
        using var old = other.Open(path, before);
        return TreeDifference.HasSameContent(one, old);
    }

    private RootedTree Tree => tree;

    private Dictionary<string, byte[]>? ReadXattrs(string path)
    {
        var shared = tree.ReadXattrs(path).Where(x => ExtendedAttributes.IsShared(x.Key)).ToDictionary(x => x.Key, x => ExtendedAttributes.FromDisk(x.Key, x.Value, idShift));
        return shared.Count == 0 ? null : shared;
    }

    // The caller's own number, below all that are shifted, is what the worker itself made: root's.
    private int Unshifted(uint id) => id < idShift ? 0 : (int)(id - (uint)idShift);

    private static TreeEntryType TypeOf(FileStatus status) => (status.Mode & Kernel.TypeMask) switch
    {
        Kernel.Directory => TreeEntryType.Directory,
        Kernel.Link => TreeEntryType.Symlink,
        Kernel.Fifo => TreeEntryType.Fifo,
        Kernel.CharacterDevice => TreeEntryType.CharacterDevice,
        Kernel.BlockDevice => TreeEntryType.BlockDevice,
        _ => TreeEntryType.File,
    };
}
