using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Workers;

/// <summary>What file actions make of nothing, as the entries of a layer: no snapshot is needed where no tree is there yet and no link is in the way.</summary>
/// <remarks>
/// Only what is stated becomes an entry. Directories above a copy's destination are left to the trees that the layer is merged with, so that they keep their
/// mode and owner there. What has no time of its own is of the epoch's first second.
/// </remarks>
internal sealed class ScratchTree
{
    private readonly SortedDictionary<string, TreeEntry> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _implied = new(StringComparer.Ordinal) { "" };

    /// <summary>The entries in order.</summary>
    public IEnumerable<TreeEntry> Entries => _entries.Values;

    /// <summary>Makes a directory; one that is there stays as it is.</summary>
    public void MakeDirectory(FileActionMkDir action)
    {
        var path = Clean(action.Path);
        if (action.MakeParents && ParentOf(path) is { Length: > 0 } parent && !IsDirectory(parent)) MakeDirectory(new FileActionMkDir(action) { Path = parent });
        if (IsDirectory(path) || (_entries.ContainsKey(path) && !action.MakeParents)) return;
        Refuse(path);
        Put(Entry(path, TreeEntryType.Directory, action.Mode & 0b111_111_111, action.Owner, action.Timestamp));
    }

    /// <summary>Writes a file; one that is there keeps its mode, and its owner when none is given.</summary>
    public void MakeFile(FileActionMkFile action)
    {
        var entry = Entry(Clean(action.Path), TreeEntryType.File, action.Mode & 0b111_111_111, action.Owner, action.Timestamp) with
        {
            Size = action.Data.Length, Open = () => new MemoryStream(action.Data.ToByteArray(), writable: false),
        };
        if (_entries.TryGetValue(entry.Path, out var there) && there.Type == TreeEntryType.File)
            entry = entry with { Mode = there.Mode, Uid = action.Owner is null ? there.Uid : entry.Uid, Gid = action.Owner is null ? there.Gid : entry.Gid };
        else Refuse(entry.Path);
        Put(entry);
    }

    /// <summary>Makes a symbolic link.</summary>
    public void MakeSymlink(FileActionSymlink action)
    {
        var entry = Entry(Clean(action.Newpath), TreeEntryType.Symlink, 0b111_111_111, action.Owner, action.Timestamp) with { Link = action.Oldpath };
        Refuse(entry.Path);
        Put(entry);
    }

    /// <summary>Copies the whole of a lent tree.</summary>
    public void Copy(FileActionCopy copy, TreeResult source)
    {
        var top = TreePath.Shorten("/" + copy.Dest)[1..];
        if (!copy.CreateDestPath && !IsDirectory(ParentOf(top))) throw NoPlace(top, $"'/{ParentOf(top)}' is no directory");
        var owner = OwnerOf(copy.Owner);
        foreach (var directory in source.Tree.Directories)
            Place(Entry($"{top}/{directory.Path}", TreeEntryType.Directory, copy.Mode >= 0 ? copy.Mode : directory.Mode, null, copy.Timestamp)
                with { Uid = directory.Uid ?? owner.Uid, Gid = directory.Gid ?? owner.Gid });
        for (var i = 0; i < source.Tree.Files.Count; i++)
        {
            var (file, facts) = (source.Tree.Files[i], source.Facts[i]);
            var mode = copy.Mode >= 0 ? copy.Mode : file.Mode ?? LentTrees.DefaultMode(facts);
            Place(Entry($"{top}/{file.Path}", TreeEntryType.File, mode, null, copy.Timestamp) with
            {
                Uid = file.Uid ?? owner.Uid, Gid = file.Gid ?? owner.Gid, Size = facts.Size, Open = facts.Size == 0 ? null : () => new LentFileStream(file.HostPath, facts.Sha256),
            });
        }
        if (top.Length > 0) Imply(top);
    }

    // Directories are merged, and a file replaces a file.
    private void Place(TreeEntry entry)
    {
        var isThere = _entries.TryGetValue(entry.Path, out var there);
        var isDirectory = isThere ? there!.Type == TreeEntryType.Directory : _implied.Contains(entry.Path);
        if ((isThere || isDirectory) && isDirectory != (entry.Type == TreeEntryType.Directory)) throw NoPlace(entry.Path, "something else is there already");
        Put(entry);
    }

    private void Put(TreeEntry entry)
    {
        _entries[entry.Path] = entry;
        Imply(ParentOf(entry.Path));
    }

    private void Imply(string path)
    {
        for (; _implied.Add(path); path = ParentOf(path))
            if (_entries.TryGetValue(path, out var there) && there.Type != TreeEntryType.Directory) throw NoPlace(path, "something else is there already");
    }

    private void Refuse(string path)
    {
        if (_entries.ContainsKey(path) || _implied.Contains(path)) throw NoPlace(path, "something is there already");
        if (!IsDirectory(ParentOf(path))) throw NoPlace(path, $"'/{ParentOf(path)}' is no directory");
    }

    private bool IsDirectory(string path) => _entries.TryGetValue(path, out var there) ? there.Type == TreeEntryType.Directory : _implied.Contains(path);

    private static TreeEntry Entry(string path, TreeEntryType type, int mode, ChownOpt? owner, long timestamp)
    {
        var (uid, gid) = OwnerOf(owner);
        return new TreeEntry { Path = Clean(path), Type = type, Mode = mode & 0b111_111_111_111, Uid = uid, Gid = gid, ModifiedSeconds = timestamp >= 0 ? timestamp / 1_000_000_000 : 0 };
    }

    // The group of a user who is a number and stands alone is that number.
    private static (int Uid, int Gid) OwnerOf(ChownOpt? owner)
    {
        var uid = IdOf(owner?.User);
        return (uid, owner?.Group is { UserCase: not UserOpt.UserOneofCase.None } group ? IdOf(group) : uid);
    }

    private static int IdOf(UserOpt? user) => user?.UserCase switch
    {
        null or UserOpt.UserOneofCase.None => 0,
        _ when user.ByID <= int.MaxValue => (int)user.ByID,
        _ => throw new LlbException($"the owner {user.ByID} is larger than {int.MaxValue}"),
    };

    private static string ParentOf(string path) => path.LastIndexOf('/') is >= 0 and var end ? path[..end] : "";

    // Without links, '..' is no more than what it says.
    private static string Clean(string path)
    {
        var clean = TreePath.Shorten("/" + path)[1..];
        // A name that starts with '.wh.' would remove a file where it was to make one.
        if (clean.Length == 0 || path.Contains('\0') || clean.Split('/').Any(p => p.StartsWith(".wh.", StringComparison.Ordinal))) throw new LlbException($"the path '{path}' has no place in an image");
        return clean;
    }

    private static SnapshotException NoPlace(string path, string why) =>
        new(SnapshotException.NoSuchPath, ErrorKind.FailedPrecondition, $"'/{path}' cannot be made: {why}. Check what the actions before make there.");
}
