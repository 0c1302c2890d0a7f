using System.Buffers;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A directory as the root of a file tree: nothing outside of it is reached, whatever links and names are inside.</summary>
/// <remarks>
/// Paths are relative to the root and slash-separated; the empty path is the root itself. The kernel resolves them (openat2(2) with
/// RESOLVE_IN_ROOT): links on the way are followed as they would be after a chroot, the last component never is. What is made or changed
/// is so by the name in an open directory, so that nobody can exchange a component in between. Not for several threads at once: the last
/// parent is kept open, since names come in the order of their folders. Throws MBK1505 for a path that does not lead anywhere, MBK1507 for
/// an owner that the namespace does not map, and MBK1506 for all else that the system refuses. Needs <c>/proc</c> of the caller's own
/// process namespace, by which the kernel sets modes and attributes of what is open.
/// </remarks>
public sealed class RootedTree : IWritableTree, IDisposable
{
    private const ulong Inside = Kernel.InRoot | Kernel.NoMagicLinks;
    private const ulong OneStep = Inside | Kernel.NoLinks;
    private const int MostLinks = 40, BufferSize = 1 << 17;
    private static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    private readonly SafeFileHandle _root;
    private readonly string _shownAs;
    private string? _parentPath;
    private string? _parentPlace;
    private SafeFileHandle? _parent;

    private RootedTree(SafeFileHandle root, string shownAs) => (_root, _shownAs) = (root, shownAs);

    /// <summary>Opens the directory at an absolute path.</summary>
    public static RootedTree Open(string path)
    {
        var opened = Kernel.OpenIn(Kernel.CurrentDirectory, path, Kernel.PathOnly | Kernel.OnlyDirectory, 0);
        return opened < 0 ? throw TreeFault.Of(path, "opened") : new RootedTree(new SafeFileHandle(opened, ownsHandle: true), path);
    }

    /// <summary>A directory in this tree, no link, as a tree of its own.</summary>
    public RootedTree OpenDirectory(string path)
    {
        var opened = TryOpen(OpenParent(path), NameOf(path), Kernel.PathOnly | Kernel.OnlyDirectory | Kernel.NoLink, OneStep) ?? throw Fault(path, "opened");
        return new RootedTree(opened, path.Length == 0 ? _shownAs : "/" + path);
    }

    /// <summary>What is at a path, the link itself when it is one; <c>null</c> when nothing is, or nothing can be.</summary>
    public FileStatus? Find(string path)
    {
        if (TryOpenParent(path) is not { } parent) return null;
        if (Kernel.Status(Number(parent), NameOf(path), out var status) == 0) return status;
        return Kernel.LastError is Kernel.NotThere or Kernel.NoDirectory ? null : throw Fault(path, "looked at");
    }

    /// <summary>What is at a path; throws when nothing is.</summary>
    public FileStatus Read(string path) => Find(path) ?? throw TreeFault.NotThere(path);

    /// <summary>The directory that a path's name is in is there, links on the way followed.</summary>
    public bool HasParent(string path) => TryOpenParent(path) is not null;

    /// <summary>What a path leads to, links followed inside the root; <c>null</c> when it leads nowhere.</summary>
    public FileStatus? FindTarget(string path)
    {
        using var handle = OpenTarget(path);
        if (handle is null) return null;
        return Kernel.Status(Number(handle), "", out var status) == 0 ? status : throw Fault(path, "looked at");
    }

    /// <summary>The path, without links, of what a path leads to inside the root; <c>null</c> when it leads nowhere.</summary>
    public string? FindPlace(string path)
    {
        using var handle = OpenTarget(path);
        return handle is null ? null : PlaceOf(handle);
    }

    /// <summary>Holds what a path leads to, links followed inside the root, without opening it to read (O_PATH); <c>null</c> when it leads nowhere.</summary>
    public SafeFileHandle? OpenTarget(string path) => TryOpen(_root, path, Kernel.PathOnly, Inside);

    /// <summary>The path of a name when every link on the way to it is resolved: two that are equal are one place.</summary>
    public string Locate(string path)
    {
        var parent = OpenParent(path);
        if (path.Length == 0) return "";
        _parentPlace ??= parent == _root ? "" : PlaceOf(parent) ?? throw TreeFault.NotThere(path);
        return _parentPlace.Length == 0 ? NameOf(path) : $"{_parentPlace}/{NameOf(path)}";
    }

    /// <summary>The names in a directory, in no order.</summary>
    public IReadOnlyList<string> List(string path)
    {
        var parent = OpenParent(path);
        using var directory = TryOpen(parent, NameOf(path), Kernel.OnlyDirectory | Kernel.NoLink, OneStep) ?? throw Fault(path, "listed");
        return [.. ListRaw(directory, path).Select(n => Text(n, path))];
    }

    /// <summary>Opens a file to read; a pipe without a writer does not block.</summary>
    public SafeFileHandle OpenFile(string path) =>
        TryOpen(OpenParent(path), NameOf(path), Kernel.NoLink | Kernel.NoWaiting, OneStep) ?? throw Fault(path, "read");

    FileContent IFileTree.Content(string path, long size) => new(size, () => new FileStream(OpenFile(path), FileAccess.Read, 0));

    void IWritableTree.MakeDirectories(string path, Action<string> make) => MakeDirectories(path, make);

    async Task IWritableTree.WriteFileAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        var stream = content.Open();
        await using (stream.ConfigureAwait(false)) await WriteFileAsync(path, stream, cancellationToken).ConfigureAwait(false);
    }

    async Task IWritableTree.OverwriteFileAsync(string path, FileContent content, CancellationToken cancellationToken)
    {
        var stream = content.Open();
        await using (stream.ConfigureAwait(false)) await OverwriteFileAsync(path, stream, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where a symbolic link leads, as written.</summary>
    public string ReadLink(string path)
    {
        var parent = OpenParent(path);
        var buffer = new byte[4096];
        var length = Kernel.readlinkat(Number(parent), NameOf(path), buffer, buffer.Length);
        return length < 0 ? throw Fault(path, "read") : Text(buffer.AsSpan(0, (int)length), path);
    }

    /// <summary>Makes a directory; its parent must be there.</summary>
    public void MakeDirectory(string path, int mode = 0b111_101_101)
    {
        var parent = OpenParent(path);
        if (Kernel.mkdirat(Number(parent), NameOf(path), 0b111_000_000) != 0) throw Fault(path, "made");
        SetMode(path, mode);
    }

    /// <summary>Makes a directory and all above it that are missing; a link on the way that leads to nothing is followed, inside the root, to
    /// where the directory then is.</summary>
    /// <param name="path">May exist already.</param>
    /// <param name="make">Called with each path that is missing; makes it, by <see cref="MakeDirectory"/>.</param>
    /// <param name="replace">A file that stands where a directory has to be gives way.</param>
    public void MakeDirectories(string path, Action<string> make, bool replace = false) => MakeDirectories(path, make, replace, 0);

    /// <summary>Makes an empty file of mode 0600; nothing may be at the path.</summary>
    public void MakeFile(string path) => Create(path).Dispose();

    /// <summary>Makes a file of what is in <paramref name="content"/>, of mode 0600; nothing may be at the path.</summary>
    public async Task WriteFileAsync(string path, Stream? content, CancellationToken cancellationToken)
    {
        using var file = Create(path);
        if (content is not null) await CopyAsync(content, file, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a file of what is in <paramref name="content"/>, with all that is said of it at once, which is half the work; false when something is
    /// at the path, which stays.</summary>
    internal async Task<bool> TryWriteFileAsync(string path, Stream? content, uint uid, uint gid, int mode, long seconds, CancellationToken cancellationToken)
    {
        using var file = TryCreate(path);
        if (file is null) return Kernel.LastError == Kernel.Exists ? false : throw Fault(path, "made");
        var length = content is null ? 0 : await CopyAsync(content, file, path, cancellationToken).ConfigureAwait(false);
        Posix.BeginWriting(file, 0, length);
        // The order matters: another owner takes setuid bits away.
        if (Kernel.fchown(Number(file), uid, gid) != 0) throw Kernel.LastError == Kernel.Invalid ? TreeFault.OwnerOutside(path, uid, gid) : Fault(path, "given to its owner");
        if (Kernel.fchmod(Number(file), mode) != 0) throw Fault(path, "given its mode");
        if (Kernel.futimens(Number(file), [Kernel.TimeOfFile.AsItIs, new() { Seconds = seconds }]) != 0) throw Fault(path, "given its time");
        return true;
    }

    /// <summary>Puts what is in <paramref name="content"/> in place of what a file has; it stays the same file, with all its names.</summary>
    public async Task OverwriteFileAsync(string path, Stream content, CancellationToken cancellationToken)
    {
        using var file = TryOpen(OpenParent(path), NameOf(path), Kernel.WriteOnly | Kernel.Truncate | Kernel.NoLink | Kernel.NoWaiting, OneStep) ?? throw Fault(path, "written");
        await CopyAsync(content, file, path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes a symbolic link that says <paramref name="target"/>, whatever that is.</summary>
    public void MakeSymlink(string path, string target)
    {
        var parent = OpenParent(path);
        if (target.Contains('\0')) throw TreeFault.NotThere(target);
        if (Kernel.symlinkat(target, Number(parent), NameOf(path)) != 0) throw Fault(path, "made");
    }

    /// <summary>Gives a file a second name. A link gets one itself, it is not followed.</summary>
    public void MakeLink(string path, string existing)
    {
        // The parent that is kept open is the new name's, where others follow.
        using var parent = OpenParentOf(existing);
        if (Kernel.linkat(Number(parent), NameOf(existing), Number(OpenParent(path)), NameOf(path), 0) != 0) throw Fault(path, $"linked to '/{existing}'");
    }

    /// <summary>Gives a file of another tree a name here; false where the file system gives it none: it has no such names, or no more.</summary>
    public bool TryMakeLink(string path, RootedTree other, string existing) =>
        Kernel.linkat(Number(other.OpenParent(existing)), NameOf(existing), Number(OpenParent(path)), NameOf(path), 0) == 0;

    /// <summary>Makes a file of mode 0600 of what the same path of another tree holds, without taking room where the file system can (FICLONE).</summary>
    public void CopyFile(string path, RootedTree other)
    {
        using var from = other.OpenFile(path);
        using var file = Create(path);
        if (Kernel.ioctl(Number(file), Kernel.ShareBlocks, Number(from)) == 0) return;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long position = 0;
            for (int read; (read = RandomAccess.Read(from, buffer, position)) > 0; position += read) Write(file, buffer.AsSpan(0, read), position, path);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Makes a named pipe.</summary>
    public void MakeFifo(string path)
    {
        if (Kernel.mknodat(Number(OpenParent(path)), NameOf(path), Kernel.Fifo | 0b110_000_000, 0) != 0) throw Fault(path, "made");
    }

    /// <summary>Removes whatever is at a path with all that is in it; nothing happens when nothing is there. Links are removed and not
    /// followed, and what is mounted inside stays and makes it fail.</summary>
    public void RemoveTree(string path)
    {
        if (TryOpenParent(path) is not { } parent || path.Length == 0) return;
        TreeRemoval.Remove(parent, NameOf(path), path);
        Forget();
    }

    /// <summary>Sets owner and group as they are on disk.</summary>
    public void SetOwner(string path, uint uid, uint gid)
    {
        if (Kernel.fchownat(Number(OpenParent(path)), NameOf(path), uid, gid, Kernel.NoFollow) == 0) return;
        throw Kernel.LastError == Kernel.Invalid ? TreeFault.OwnerOutside(path, uid, gid) : Fault(path, "given to its owner");
    }

    /// <summary>Sets permission bits; those of a link do not count, and stay.</summary>
    public void SetMode(string path, int mode)
    {
        using var handle = TryOpen(OpenParent(path), NameOf(path), Kernel.PathOnly | Kernel.NoLink, Inside) ?? throw Fault(path, "given its mode");
        if (Kernel.Status(Number(handle), "", out var status) != 0) throw Fault(path, "looked at");
        if (!status.IsLink && Kernel.chmod(Kernel.PathTo(handle), mode) != 0) throw Fault(path, "given its mode");
    }

    /// <summary>Sets the modification time and leaves that of the last access.</summary>
    public void SetModified(string path, long seconds, uint nanoseconds = 0)
    {
        Kernel.TimeOfFile[] times = [Kernel.TimeOfFile.AsItIs, new() { Seconds = seconds, Nanoseconds = nanoseconds }];
        if (Kernel.utimensat(Number(OpenParent(path)), NameOf(path), times, Kernel.NoFollow) != 0) throw Fault(path, "given its time");
    }

    /// <summary>Sets an extended attribute, of a link too; false when the file system or the kind of file has none of that name.</summary>
    public bool TrySetXattr(string path, string name, byte[] value)
    {
        if (name.Contains('\0')) return false;
        if (Kernel.lsetxattr(ProcPath(path), name, value, value.Length, 0) == 0) return true;
        return Kernel.LastError is Kernel.NotSupported or Kernel.NotPermitted or Kernel.Invalid or Kernel.NoAccess ? false : throw Fault(path, $"given its attribute '{name}'");
    }

    /// <summary>Removes an extended attribute, should it be there.</summary>
    public void RemoveXattr(string path, string name)
    {
        if (Kernel.lremovexattr(ProcPath(path), name) != 0 && Kernel.LastError is not (Kernel.NoData or Kernel.NotSupported)) throw Fault(path, $"rid of its attribute '{name}'");
    }

    /// <summary>The extended attributes that the caller may see.</summary>
    public IReadOnlyDictionary<string, byte[]> ReadXattrs(string path)
    {
        var at = ProcPath(path);
        var found = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        if (ReadGrowing(b => Kernel.llistxattr(at, b, b.Length)) is not { } names) return found;
        foreach (var name in Encoding.UTF8.GetString(names).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            if (ReadGrowing(b => Kernel.lgetxattr(at, name, b, b.Length)) is { } value) found[name] = value;
        return found;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Forget();
        _root.Dispose();
    }

    /// <summary>The name in its directory that stands for a path.</summary>
    internal static string NameOf(string path) => path.Length == 0 ? "." : path[(path.LastIndexOf('/') + 1)..];

    internal static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and var end ? path[..end] : "";

    /// <summary>All names in an open directory, each with its zero.</summary>
    internal static List<byte[]> ListRaw(SafeFileHandle directory, string path)
    {
        var names = new List<byte[]>();
        var buffer = new byte[BufferSize / 2];
        int length;
        while ((length = Kernel.ReadNames(Number(directory), buffer, names)) > 0)
        {
        }
        return length < 0 ? throw TreeFault.Of(path, "listed") : names;
    }

    internal static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static byte[]? ReadGrowing(Func<byte[], nint> read)
    {
        for (var size = 1 << 10; size <= 1 << 17; size <<= 2)
        {
            var buffer = new byte[size];
            var length = read(buffer);
            if (length >= 0) return buffer[..(int)length];
        }
        return null;
    }

    private static string Text(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            return s_strict.GetString(bytes.TrimEnd((byte)0));
        }
        catch (DecoderFallbackException e)
        {
            throw new SnapshotException(SnapshotException.UnsayableName, ErrorKind.NotSupported,
                $"A name in or at '/{path}' is not UTF-8, which layers cannot say. Rename it in the step that makes it.", e);
        }
    }

    private static async Task<long> CopyAsync(Stream content, SafeFileHandle file, string path, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long position = 0;
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; position += read)
                Write(file, buffer.AsSpan(0, read), position, path);
            return position;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static void Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position, string path)
    {
        while (!bytes.IsEmpty)
        {
            var written = Kernel.pwrite(Number(file), bytes, bytes.Length, position);
            if (written < 0 && Kernel.LastError == Kernel.Interrupted) continue;
            if (written < 0) throw TreeFault.Of(path, "written");
            bytes = bytes[(int)written..];
            position += written;
        }
    }

    private SafeFileHandle Create(string path) => TryCreate(path) ?? throw Fault(path, "made");

    private SafeFileHandle? TryCreate(string path) =>
        TryOpen(OpenParent(path), NameOf(path), Kernel.WriteOnly | Kernel.Create | Kernel.Exclusive | Kernel.NoLink, OneStep, 0b110_000_000);

    private static SafeFileHandle? TryOpen(SafeFileHandle directory, string path, int flags, ulong resolve, int mode = 0)
    {
        if (path.Contains('\0')) return null;
        var opened = Kernel.OpenIn(Number(directory), path.Length == 0 ? "." : path, flags, resolve, mode);
        return opened < 0 ? null : new SafeFileHandle(opened, ownsHandle: true);
    }

    private void MakeDirectories(string path, Action<string> make, bool replace, int links)
    {
        if (links > MostLinks) throw TreeFault.Circle(path);
        if (IsDirectory(path)) return;
        MakeDirectories(ParentOf(path), make, replace, links);
        // Now the parent is there, so that the last component alone may lack.
        if (IsDirectory(path)) return;
        var there = Find(path);
        if (there is { IsLink: true })
        {
            var target = ReadLink(path);
            if (FindTarget(path) is not null) throw TreeFault.NoDirectory(path);
            MakeDirectories(Clean(target.StartsWith('/') ? target : $"{ParentOf(path)}/{target}"), make, replace, links + 1);
            if (!IsDirectory(path)) throw TreeFault.Circle(path);
            return;
        }
        if (there is not null && !replace) throw TreeFault.NoDirectory(path);
        if (there is not null) RemoveTree(path);
        make(path);
    }

    private static string Clean(string path) => string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != "."));

    private bool IsDirectory(string path)
    {
        using var handle = TryOpen(_root, path, Kernel.PathOnly | Kernel.OnlyDirectory, Inside);
        if (handle is not null) return true;
        return Kernel.LastError is Kernel.NotThere or Kernel.NoDirectory or Kernel.TooManyLinks ? false : throw Fault(path, "opened");
    }

    // Through the open parent and by the last name, which these calls do not follow.
    private string ProcPath(string path) => $"{Kernel.PathTo(OpenParent(path))}/{NameOf(path)}";

    private string? PlaceOf(SafeFileHandle directory)
    {
        if (Kernel.PathOf(_root) is not { } root || Kernel.PathOf(directory) is not { } place) return null;
        if (root == "/") return place[1..];
        return place == root ? "" : place.StartsWith(root + "/", StringComparison.Ordinal) ? place[(root.Length + 1)..] : null;
    }

    private SafeFileHandle OpenParent(string path) => TryOpenParent(path) ?? throw Fault(ParentOf(path), "opened");

    private SafeFileHandle? TryOpenParent(string path)
    {
        var parentPath = ParentOf(path);
        if (NameOf(path) is "" or ".." or "." && path.Length > 0 || path.Contains('\0')) throw TreeFault.NotThere(path);
        if (_parent is not null && _parentPath == parentPath) return _parent;
        Forget();
        _parentPath = parentPath;
        return _parent = parentPath.Length == 0 ? _root : TryOpen(_root, parentPath, Kernel.PathOnly | Kernel.OnlyDirectory, Inside);
    }

    private SafeFileHandle OpenParentOf(string path)
    {
        if (NameOf(path) is "" or ".." or ".") throw TreeFault.NotThere(path);
        return TryOpen(_root, ParentOf(path), Kernel.PathOnly | Kernel.OnlyDirectory, Inside) ?? throw Fault(path, "opened");
    }

    private void Forget()
    {
        if (_parent != _root) _parent?.Dispose();
        (_parent, _parentPath, _parentPlace) = (null, null, null);
    }

    private SnapshotException Fault(string path, string done) => TreeFault.Of(path.Length == 0 ? _shownAs : "/" + path, done);
}
