using System.IO.Enumeration;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Every file and folder of a store, sorted by what it is for. It is a view of one moment: builds go on meanwhile.</summary>
public sealed class StoreInventory
{
    // What a build makes in the folder before it opens the store.
    private static readonly string[] s_early = ["facts", "index", "locks", StoreTrees.Repositories];

    private readonly List<StoredBlob> _blobs = [];
    private readonly List<StoredFile> _records = [];
    private readonly List<StoredFile> _facts = [];
    private readonly List<StoredFile> _ingests = [];
    private readonly List<StoredFile> _leases = [];
    private readonly List<StoredFile> _staged = [];
    private readonly List<StoredFile> _others = [];
    private readonly List<StoredFile> _folders = [];

    private StoreInventory()
    {
    }

    public IReadOnlyList<StoredBlob> Blobs => _blobs;

    /// <summary>Records of the cache index.</summary>
    public IReadOnlyList<StoredFile> Records => _records;

    /// <summary>What is known of the files of local trees, one file for each tree.</summary>
    public IReadOnlyList<StoredFile> Facts => _facts;

    /// <summary>Blobs on their way in, and what is left of those that never arrived.</summary>
    public IReadOnlyList<StoredFile> Ingests => _ingests;

    /// <summary>The files of leases.</summary>
    public IReadOnlyList<StoredFile> Leases => _leases;

    /// <summary>Records and facts that are being written, those of caches too, and what is left of those that never were.</summary>
    public IReadOnlyList<StoredFile> Staged => _staged;

    /// <summary>All else: locks, the file that says what the folder is, whatever somebody put there.</summary>
    public IReadOnlyList<StoredFile> Others => _others;

    /// <summary>The folders, the store's own among them.</summary>
    public IReadOnlyList<StoredFile> Folders => _folders;

    /// <summary>Unpacked layers and caches of steps: see <see cref="ReadTrees"/>.</summary>
    public IReadOnlyList<StoredTree> Trees { get; private set; } = [];

    /// <summary>The bytes of all files. What folders take besides is not ours to choose.</summary>
    public long Size { get; private set; }

    /// <summary>Lists a store, which need not exist. Throws MBK1206 for a folder that is something else, MBK1207 when it cannot be read.</summary>
    public static StoreInventory Read(string root)
    {
        var inventory = new StoreInventory();
        if (!Directory.Exists(root)) return inventory;
        try
        {
            if (!IsStore(root)) return inventory;
            foreach (var (entry, isFolder) in Enumerate(root))
                if (isFolder) inventory._folders.Add(entry);
                else inventory.Add(root, entry);
            inventory._folders.Add(Itself(root));
            return inventory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ContentException.CannotMaintainStore(root, e);
        }
    }

    /// <summary>The store has trees, which only root of a namespace with the ids of their owners can measure and remove.</summary>
    public static bool HasTrees(string root) => StoreTrees.Any(root);

    /// <summary>Measures the trees too, which takes a look at every file in them. Throws MBK1207 when this process may not look.</summary>
    public StoreInventory ReadTrees(string root)
    {
        try
        {
            Trees = StoreTrees.Read(root);
            Size += Trees.Sum(t => t.File.Size);
            return this;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ContentException.CannotMaintainStore(root, e);
        }
    }

    // The leases are looked for after all else, for whoever makes a store begins with them. False where nobody has begun yet.
    private static bool IsStore(string root)
    {
        var isEarly = Directory.EnumerateFileSystemEntries(root).All(e => s_early.Contains(Path.GetFileName(e)));
        if (Directory.Exists(Path.Combine(root, "leases"))) return true;
        if (isEarly) return false;
        throw new ContentException(ContentException.NoStore, ErrorKind.Invalid,
            $"'{root}' is no store of MsBuildKit: it has no folder 'leases'. Name the folder that builds use as ContainerCacheDirectory.");
    }

    // Links are counted, not followed: what they point at is not ours.
    private static FileSystemEnumerable<(StoredFile Entry, bool IsFolder)> Enumerate(string root) => new(
        root,
        (ref FileSystemEntry e) => (Entry(ref e, e.ToFullPath()), IsFolder(ref e)),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry e) => !IsFolder(ref e) || !StoreTrees.IsTree(root, ref e),
        ShouldRecursePredicate = (ref FileSystemEntry e) => IsFolder(ref e) && !StoreTrees.IsTree(root, ref e),
    };

    private static StoredFile Itself(string root) => new FileSystemEnumerable<StoredFile>(
        root,
        (ref FileSystemEntry e) => Entry(ref e, root),
        new EnumerationOptions { ReturnSpecialDirectories = true, AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref FileSystemEntry e) => e.FileName is ".",
    }.First();

    private static StoredFile Entry(ref FileSystemEntry entry, string path) => new(path, entry.Length, entry.LastWriteTimeUtc.UtcDateTime);

    private static bool IsFolder(ref FileSystemEntry entry) => entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint);

    private void Add(string root, StoredFile file)
    {
        Size += file.Size;
        var parts = Path.GetRelativePath(root, file.Path).Split(Path.DirectorySeparatorChar);
        if (parts is ["blobs", var algorithm, var hex] && Digest.TryParse($"{algorithm}:{hex}", out var digest)) _blobs.Add(new StoredBlob(digest, file));
        else ListOf(parts).Add(file);
    }

    private List<StoredFile> ListOf(string[] parts) => parts switch
    {
        ["index", _, var name] => name.Contains('.') ? _staged : _records,
        [StoreTrees.Caches, var name] when name.EndsWith(".tmp", StringComparison.Ordinal) => _staged,
        ["facts", var name] => name.Contains('.') ? _staged : _facts,
        ["ingest", _] => _ingests,
        ["leases", not StoreGate.FileName] => _leases,
        _ => _others,
    };
}
