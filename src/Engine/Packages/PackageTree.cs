using System.Formats.Tar;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Packages;

/// <summary>The file tree of a composed base while it grows. Paths are moved to where a merged <c>/usr</c> has them.</summary>
internal sealed class PackageTree(long? epoch, bool excludeDocs)
{
    private const int LongestPath = 4096, DeepestPath = 200, MostImpliedFolders = 10_000, LargestRead = 16 << 20;

    private static readonly (string From, string To)[] s_moves =
    [
        ("bin", "usr/bin"), ("sbin", "usr/sbin"), ("lib", "usr/lib"), ("lib32", "usr/lib32"), ("lib64", "usr/lib64"), ("libx32", "usr/libx32"),
        ("var/run", "run"), ("var/lock", "run/lock"),
    ];

    private readonly SortedDictionary<string, TreeEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private long _latest;

    /// <summary>Adds a package's data and returns the names it had, as dpkg lists them.</summary>
    public IReadOnlyList<string> Add(DebFile package)
    {
        var names = new List<string>();
        try
        {
            using var file = new FileStream(package.DataTar, FileMode.Open, FileAccess.Read);
            using var tar = new TarReader(new HeaderGuard(file));
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataOffset > 0 && entry.Length > file.Length - entry.DataOffset) throw new InvalidDataException("its data is cut off");
                var path = Clean(entry.Name, package.Name);
                if (path.Length > 0 && IsExcluded(path)) continue;
                names.Add(path.Length == 0 ? "/." : "/" + path);
                if (path.Length > 0) Add(entry, Move(path), package);
            }
        }
        catch (Exception e) when (e is IOException || BrokenArchive.Is(e))
        {
            throw DebFile.Unreadable(package.Name, e.Message.TrimEnd('.'), e);
        }
        return names;
    }

    public bool Has(string path) => _entries.ContainsKey(path);

    public IEnumerable<string> Files(string folder) =>
        _entries.Values.Where(e => e.Type == TreeEntryType.File && e.Path.StartsWith(folder, StringComparison.Ordinal)).Select(e => e.Path);

    public byte[]? Find(string path)
    {
        if (!_entries.TryGetValue(path, out var entry) || entry.Type != TreeEntryType.File) return null;
        if (entry.Open is null) return [];
        if (entry.Size > LargestRead) throw Unreadable(path, $"'/{path}' is larger than {LargestRead >> 20} MiB");
        using var stream = entry.Open();
        var bytes = new byte[entry.Size];
        stream.ReadExactly(bytes);
        return bytes;
    }

    public void Write(string path, byte[] bytes, int mode = 0x1a4, int gid = 0) => _entries[path] = new TreeEntry
    {
        Path = path, Type = TreeEntryType.File, Mode = mode, Gid = gid, Size = bytes.Length,
        ModifiedSeconds = -1, Open = bytes.Length == 0 ? null : () => new MemoryStream(bytes, writable: false),
    };

    public void Write(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));

    public void Link(string path, string target) => _entries[path] =
        new TreeEntry { Path = path, Type = TreeEntryType.Symlink, Mode = 0x1ff, Link = target, ModifiedSeconds = -1 };

    public void Folder(string path, int mode = 0x1ed, int uid = 0, int gid = 0) => _entries[path] =
        new TreeEntry { Path = path, Type = TreeEntryType.Directory, Mode = mode, Uid = uid, Gid = gid, ModifiedSeconds = -1 };

    /// <summary>The error that blames the package that has <paramref name="path"/>.</summary>
    public PackageException Unreadable(string path, string why, Exception? inner = null) => DebFile.Unreadable(_owners.GetValueOrDefault(path, path), why, inner);

    /// <summary>All entries by path, parents there and before their children. What was made here takes the time of the newest file.</summary>
    public IReadOnlyList<TreeEntry> Finish()
    {
        OrderLinks();
        foreach (var (from, to) in s_moves.Where(m => _entries.ContainsKey(m.To)).ToList())
            Link(from, from.Contains('/') ? "/" + to : to);
        var implied = 0;
        foreach (var path in _entries.Keys.ToList())
            for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                if (_entries.TryGetValue(path[..slash], out var parent))
                {
                    if (parent.Type != TreeEntryType.Directory) throw Unreadable(path, $"'/{path}' lies below '/{path[..slash]}', which is no folder");
                    // Its own parents are looked at in its own turn.
                    break;
                }
                if (implied++ == MostImpliedFolders) throw Unreadable(path, $"more than {MostImpliedFolders} folders are missing from it");
                Folder(path[..slash]);
            }
        return [.. _entries.Values.Select(e => e with { ModifiedSeconds = Time(e.ModifiedSeconds < 0 ? _latest : e.ModifiedSeconds) })];
    }

    private void Add(TarEntry entry, string path, DebFile package)
    {
        var type = entry.EntryType switch
        {
            TarEntryType.Directory => TreeEntryType.Directory,
            TarEntryType.SymbolicLink => TreeEntryType.Symlink,
            TarEntryType.HardLink => TreeEntryType.HardLink,
            TarEntryType.RegularFile or TarEntryType.V7RegularFile => TreeEntryType.File,
            _ => throw DebFile.Unreadable(package.Name, $"'{entry.Name}' is a device or another special file"),
        };
        if (_entries.TryGetValue(path, out var there))
        {
            if (type == TreeEntryType.Directory && there.Type == TreeEntryType.Directory) return;
            throw new PackageException(PackageException.Conflict, ErrorKind.FailedPrecondition,
                $"The packages '{_owners.GetValueOrDefault(path, "base")}' and '{package.Name}' both have '/{path}'. Leave one of them out.");
        }
        if (entry.Uid < 0 || entry.Gid < 0) throw DebFile.Unreadable(package.Name, $"the owner of '{entry.Name}' is no number of a user");
        var (tar, offset, size) = (package.DataTar, entry.DataOffset, entry.Length);
        var time = entry.ModificationTime.ToUnixTimeSeconds();
        _latest = Math.Max(_latest, time);
        _owners[path] = package.Name;
        _entries[path] = new TreeEntry
        {
            Path = path, Type = type, Mode = (int)entry.Mode & 0b111_111_111_111, Uid = entry.Uid, Gid = entry.Gid, ModifiedSeconds = time,
            Size = type == TreeEntryType.File ? size : 0,
            Link = type switch
            {
                TreeEntryType.Symlink => entry.LinkName,
                TreeEntryType.HardLink => FirstName(Move(Clean(entry.LinkName, package.Name)), path, package.Name),
                _ => null,
            },
            Open = type == TreeEntryType.File && size > 0 ? () => Slice(tar, offset, size) : null,
        };
    }

    // A link to a link is one to its file.
    private string FirstName(string target, string path, string package)
    {
        if (!_entries.TryGetValue(target, out var entry)) throw DebFile.Unreadable(package, $"'/{path}' is a link to what is not there");
        var first = entry.Type == TreeEntryType.HardLink ? entry.Link! : target;
        return _entries[first].Type == TreeEntryType.File ? first : throw DebFile.Unreadable(package, $"'/{path}' is a hard link to what is no file");
    }

    // The layer is sorted, so the first name by order must be the file, and all others links to it.
    private void OrderLinks()
    {
        foreach (var links in _entries.Values.Where(e => e.Type == TreeEntryType.HardLink).GroupBy(e => e.Link!).ToList())
        {
            if (!_entries.TryGetValue(links.Key, out var file) || file.Type != TreeEntryType.File) throw Unreadable(links.First().Path, $"'/{links.First().Path}' is a hard link to what is no file");
            // In the order of the entries, so the first one is the first by name.
            var first = links.First();
            if (string.CompareOrdinal(first.Path, file.Path) > 0) continue;
            foreach (var other in links) _entries[other.Path] = other with { Link = first.Path };
            _entries[file.Path] = first with { Path = file.Path, Link = first.Path };
            _entries[first.Path] = file with { Path = first.Path };
        }
    }

    private long Time(long seconds) => epoch is { } limit && seconds > limit ? limit : seconds;

    private bool IsExcluded(string path) => excludeDocs
        && (path.StartsWith("usr/share/man/", StringComparison.Ordinal) || path.StartsWith("usr/share/info/", StringComparison.Ordinal)
            || path.StartsWith("usr/share/lintian/", StringComparison.Ordinal)
            || (path.StartsWith("usr/share/doc/", StringComparison.Ordinal) && path.Split('/') is { Length: > 4 } parts && parts[^1] != "copyright"));

    private static string Move(string path)
    {
        foreach (var (from, to) in s_moves)
            if (path.StartsWith(from, StringComparison.Ordinal) && (path.Length == from.Length || path[from.Length] == '/'))
                return to + path[from.Length..];
        return path;
    }

    private static string Clean(string name, string package)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToList();
        if (parts.Contains("..") || name.Contains('\0')) throw DebFile.Unreadable(package, $"'{name}' leaves the image");
        // In a layer such a name is the removal of another.
        if (parts.Any(p => p.StartsWith(".wh.", StringComparison.Ordinal))) throw DebFile.Unreadable(package, $"'{name}' is no name that a file of an image can have");
        if (name.Length > LongestPath || parts.Count > DeepestPath) throw DebFile.Unreadable(package, $"it has a path of more than {LongestPath} characters or {DeepestPath} folders");
        return string.Join('/', parts);
    }

    private static ArMember Slice(string tar, long offset, long size)
    {
        var file = new FileStream(tar, FileMode.Open, FileAccess.Read, FileShare.Read, 0) { Position = offset };
        return new ArMember(file, size, owned: true);
    }
}
