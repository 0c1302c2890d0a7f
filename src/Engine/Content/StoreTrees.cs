using System.IO.Enumeration;

namespace MsBuildKit.Engine.Content;

/// <summary>The trees of a store: <c>snapshots/ID</c>, <c>cache-mounts/ID</c> and <c>failed-steps/ID</c>, which steps leave and whose files belong to the users
/// of images; and <c>git-repositories/ID</c>, the caller's own.</summary>
/// <remarks>Only a process that is root, of the machine or of a user namespace with the ids of these users, sees and removes those of steps.</remarks>
internal static class StoreTrees
{
    /// <summary>The folders of a store, and the one in the first of what is on its way in or out.</summary>
    public const string Snapshots = "snapshots", Caches = "cache-mounts", Failed = "failed-steps", Repositories = "git-repositories", Staging = "staging";

    /// <summary>The file of an unpacked layer, or of a failed step's tree, that its users lock.</summary>
    public const string LockName = "lock";

    private const string Gone = "gone-";

    // How often what changes meanwhile is measured anew.
    private const int Looks = 10;

    /// <summary>The file that the users of a cache lock.</summary>
    public static string CacheLock(string path) => path + ".lock";

    /// <summary>The file that says which cache a directory is.</summary>
    public static string CacheRecord(string path) => path + ".record";

    /// <summary>The directories of caches.</summary>
    public static IEnumerable<string> CacheFolders(string root) => Folders(Path.Combine(root, Caches));

    /// <summary>Measures one of them.</summary>
    public static StoredTree MeasureCache(string path) => Measure(CollectedKind.Cache, path, CacheLock(path));

    /// <summary>The entry is a tree, and what is in it no file of the store's own.</summary>
    public static bool IsTree(string root, ref FileSystemEntry entry)
    {
        var folder = entry.Directory[root.TrimEnd('/').Length..].TrimStart('/');
        return folder is Caches or Failed or Repositories || folder is $"{Snapshots}/{Staging}" || (folder is Snapshots && entry.FileName is not Staging);
    }

    /// <summary>There is something that belongs to the users of images.</summary>
    public static bool Any(string root) => Folders(Path.Combine(root, Snapshots)).Any(f => Path.GetFileName(f) != Staging || Folders(f).Any()) || CacheFolders(root).Any() || Folders(Path.Combine(root, Failed)).Any();

    /// <summary>Finds and measures them.</summary>
    public static IReadOnlyList<StoredTree> Read(string root)
    {
        var snapshots = Path.Combine(root, Snapshots);
        return
        [
            .. Folders(snapshots).Where(f => Path.GetFileName(f) != Staging).Select(f => Measure(CollectedKind.Snapshot, f, Path.Combine(f, LockName))),
            .. Folders(Path.Combine(snapshots, Staging)).Select(f => Measure(CollectedKind.Leftover, f, f + ".lock")),
            .. CacheFolders(root).Select(MeasureCache),
            .. Folders(Path.Combine(root, Failed)).Select(f => Measure(CollectedKind.Failed, f, Path.Combine(f, LockName))),
            .. Folders(Path.Combine(root, Repositories)).Select(f => Measure(CollectedKind.Repository, f, f + ".lock")),
        ];
    }

    /// <summary>Removes a tree that nobody uses; false when somebody does, or somebody else was faster.</summary>
    public static bool TryRemove(string root, StoredTree tree)
    {
        if (!Directory.Exists(tree.File.Path)) return false;
        using var alone = tree.LockFile is { } file ? FileLock.TryTake(file, FileMode.OpenOrCreate) : null;
        if (tree.LockFile is not null && alone is null) return false;
        // Moved first, it is gone at once for whoever looks for it; what is left of it when this is killed, the next worker removes.
        var staging = Path.Combine(root, Snapshots, Staging);
        Directory.CreateDirectory(staging);
        var gone = Path.Combine(staging, Gone + Path.GetFileName(tree.File.Path));
        try
        {
            if (Path.GetDirectoryName(tree.File.Path) != staging) Directory.Move(tree.File.Path, gone);
            else gone = tree.File.Path;
            if (tree.Kind == CollectedKind.Cache) File.Delete(CacheRecord(tree.File.Path));
            Directory.Delete(gone, recursive: true);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Folders(string path) => Directory.Exists(path) ? Directory.EnumerateDirectories(path) : [];

    // What somebody takes away while it is measured is measured anew.
    private static StoredTree Measure(CollectedKind kind, string path, string lockFile)
    {
        for (var left = Looks; ; left--)
            try
            {
                return MeasureOnce(kind, path, lockFile);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && left > 0)
            {
                if (!Directory.Exists(path)) return new StoredTree(kind, new StoredFile(path, 0, DateTime.UnixEpoch), 0, null);
            }
    }

    private static StoredTree MeasureOnce(CollectedKind kind, string path, string lockFile)
    {
        var (size, count) = (0L, 0);
        var seen = new HashSet<(ulong, ulong)>();
        foreach (var (length, entry) in Enumerate(path))
        {
            if (Posix.Identify(entry) is { Links: > 1 } named && !seen.Add((named.Device, named.Inode))) continue;
            size += length;
            count++;
        }
        var used = new FileInfo(lockFile) is { Exists: true } file ? file.LastWriteTimeUtc : Directory.GetLastWriteTimeUtc(path);
        return new StoredTree(kind, new StoredFile(path, size, used), count, kind == CollectedKind.Leftover && !File.Exists(lockFile) ? null : lockFile);
    }

    // Links are counted, not followed. The folder itself is among them.
    private static FileSystemEnumerable<(long, string)> Enumerate(string path) => new(
        path,
        (ref FileSystemEntry e) => (e.Length, e.ToFullPath()),
        new EnumerationOptions { RecurseSubdirectories = true, ReturnSpecialDirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry e) => e.FileName is not ".." && (e.FileName is not "." || e.Directory.Length == e.RootDirectory.Length),
        ShouldRecursePredicate = (ref FileSystemEntry e) => e.IsDirectory && !e.Attributes.HasFlag(FileAttributes.ReparsePoint) && e.FileName is not ("." or ".."),
    };
}
