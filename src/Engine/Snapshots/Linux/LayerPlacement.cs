using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Puts the entries of one layer where they belong.</summary>
internal sealed class LayerPlacement
{
    private const string Whiteout = ".wh.", Reserved = ".wh..wh.", Opaque = ".wh..wh..opq";
    private const int ImpliedMode = 0b111_101_101;

    private readonly RootedTree _tree;
    private readonly int _idShift;
    private readonly DirectoryTimes _times;
    private readonly LowerCover? _cover;
    private readonly HashSet<string> _leftOut = new(StringComparer.Ordinal);
    private int _skippedAttributes;

    public LayerPlacement(RootedTree tree, int idShift, bool isBottom)
    {
        (_tree, _idShift, _times) = (tree, idShift, new DirectoryTimes(tree));
        _cover = isBottom ? null : new LowerCover(tree);
    }

    public async ValueTask PlaceAsync(TreeEntry entry, Stream? content, CancellationToken cancellationToken)
    {
        var (name, folder) = (RootedTree.NameOf(entry.Path), RootedTree.ParentOf(entry.Path));
        if (folder.StartsWith(Whiteout, StringComparison.Ordinal) || folder.Contains("/" + Whiteout, StringComparison.Ordinal)) throw Misplaced(entry, "is below a whiteout");
        if (entry.Path.Length == 0) PlaceRoot(entry);
        else if (name.StartsWith(Whiteout, StringComparison.Ordinal)) PlaceWhiteout(entry, folder, name);
        else await PlaceNameAsync(entry, folder, content, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets what can be set only once everything is in its place.</summary>
    public AppliedLayer Complete()
    {
        _times.Apply();
        return new AppliedLayer([.. _leftOut.Order(StringComparer.Ordinal)], _skippedAttributes);
    }

    private void PlaceRoot(TreeEntry entry)
    {
        if (entry.Type != TreeEntryType.Directory) throw Misplaced(entry, "makes the root of the image something else than a directory");
        Describe(entry, isNew: false);
        _times.Set("", entry.ModifiedSeconds);
    }

    private void PlaceWhiteout(TreeEntry entry, string folder, string name)
    {
        var hidden = name[Whiteout.Length..];
        if (hidden is "" or "." or "..") throw Misplaced(entry, "removes what is no name");
        // Other reserved names are bookkeeping of a file system of old.
        if (_cover is null || (name != Opaque && name.StartsWith(Reserved, StringComparison.Ordinal))) return;
        var path = folder.Length == 0 ? hidden : $"{folder}/{hidden}";
        if (!_tree.HasParent(path)) return;
        var place = _tree.Locate(path);
        _times.Keep(RootedTree.ParentOf(place));
        if (name == Opaque) _cover.Clear(RootedTree.ParentOf(place));
        else _cover.Hide(place);
    }

    private async ValueTask PlaceNameAsync(TreeEntry entry, string folder, Stream? content, CancellationToken cancellationToken)
    {
        if (!_tree.HasParent(entry.Path)) _tree.MakeDirectories(folder, Imply, replace: true);
        var place = _tree.Locate(entry.Path);
        _times.Keep(RootedTree.ParentOf(place));
        _cover?.Add(place);

        if (entry.Type == TreeEntryType.File && await TryMakeFileAsync(entry, content, cancellationToken).ConfigureAwait(false))
        {
            _leftOut.Remove(place);
            return;
        }
        var there = _tree.Find(entry.Path);
        if (entry.Type == TreeEntryType.Directory && there is { IsDirectory: true })
        {
            Describe(entry, isNew: false);
            _times.Set(place, entry.ModifiedSeconds);
            return;
        }
        if (entry.Type == TreeEntryType.HardLink)
        {
            PlaceLink(entry, place, there);
            return;
        }
        if (there is not null) _tree.RemoveTree(entry.Path);
        _leftOut.Remove(place);
        if (entry.Type is TreeEntryType.CharacterDevice or TreeEntryType.BlockDevice)
        {
            _leftOut.Add(place);
            return;
        }
        await MakeAsync(entry, content, cancellationToken).ConfigureAwait(false);
        Describe(entry, isNew: true);
        if (entry.Type == TreeEntryType.Directory) _times.Set(place, entry.ModifiedSeconds);
        else _tree.SetModified(entry.Path, entry.ModifiedSeconds);
    }

    private async ValueTask MakeAsync(TreeEntry entry, Stream? content, CancellationToken cancellationToken)
    {
        switch (entry.Type)
        {
            case TreeEntryType.Directory:
                _tree.MakeDirectory(entry.Path);
                break;
            case TreeEntryType.File:
                await _tree.WriteFileAsync(entry.Path, content, cancellationToken).ConfigureAwait(false);
                break;
            case TreeEntryType.Symlink:
                _tree.MakeSymlink(entry.Path, entry.Link ?? "");
                break;
            case TreeEntryType.Fifo:
                _tree.MakeFifo(entry.Path);
                break;
            default:
                throw Misplaced(entry, "is of a kind that images do not have");
        }
    }

    // Both names have what the first one said: what the second says of mode and owner could only differ, or change the target of a link.
    private void PlaceLink(TreeEntry entry, string place, FileStatus? there)
    {
        var target = entry.Link ?? "";
        if (target.Length == 0) throw Misplaced(entry, "is a second name of the root");
        var first = _tree.HasParent(target) ? _tree.Find(target) : null;
        if (first is { IsDirectory: true }) throw Misplaced(entry, "is a second name of a directory");
        if (first is { } file && there is { } found && file.IsSameFile(found)) return;
        if (first is null && _tree.HasParent(target) && _leftOut.Contains(_tree.Locate(target)))
        {
            _tree.RemoveTree(entry.Path);
            _leftOut.Add(place);
            return;
        }
        if (first is null) throw Misplaced(entry, $"is a second name of '/{target}', which is not there");
        if (there is not null) _tree.RemoveTree(entry.Path);
        _leftOut.Remove(place);
        _tree.MakeLink(entry.Path, target);
    }

    // The order matters: another owner takes setuid bits and capabilities away.
    private void Describe(TreeEntry entry, bool isNew)
    {
        SetOwner(entry);
        _tree.SetMode(entry.Path, entry.Mode);
        if (!isNew)
            foreach (var name in _tree.ReadXattrs(entry.Path).Keys.Where(n => ExtendedAttributes.IsShared(n) && entry.Xattrs?.ContainsKey(n) != true)) _tree.RemoveXattr(entry.Path, name);
        SetXattrs(entry);
    }

    private void SetXattrs(TreeEntry entry)
    {
        foreach (var (name, value) in entry.Xattrs ?? new Dictionary<string, byte[]>())
        {
            if (ExtendedAttributes.IsShared(name) && _tree.TrySetXattr(entry.Path, name, ExtendedAttributes.ToDisk(name, value, _idShift))) continue;
            if (ExtendedAttributes.IsNeeded(name))
                throw new SnapshotException(SnapshotException.CannotChangeTree, ErrorKind.NotSupported, $"'/{entry.Path}' cannot be given its attribute '{name}'. Set ContainerCacheDirectory to a disk with extended attributes.");
            _skippedAttributes++;
        }
    }

    // What most entries are: files where nothing is yet.
    private async ValueTask<bool> TryMakeFileAsync(TreeEntry entry, Stream? content, CancellationToken cancellationToken)
    {
        CheckOwner(entry);
        try
        {
            if (!await _tree.TryWriteFileAsync(entry.Path, content, (uint)entry.Uid + (uint)_idShift, (uint)entry.Gid + (uint)_idShift, entry.Mode, entry.ModifiedSeconds, cancellationToken).ConfigureAwait(false)) return false;
        }
        catch (SnapshotException e) when (e.Code == SnapshotException.OwnerOutside)
        {
            throw OwnerOutside(entry, e);
        }
        if (entry.Xattrs is null) return true;
        SetXattrs(entry);
        _tree.SetModified(entry.Path, entry.ModifiedSeconds);
        return true;
    }

    private void SetOwner(TreeEntry entry)
    {
        CheckOwner(entry);
        try
        {
            _tree.SetOwner(entry.Path, (uint)entry.Uid + (uint)_idShift, (uint)entry.Gid + (uint)_idShift);
        }
        catch (SnapshotException e) when (e.Code == SnapshotException.OwnerOutside)
        {
            throw OwnerOutside(entry, e);
        }
    }

    private static void CheckOwner(TreeEntry entry)
    {
        if (entry.Uid < 0 || entry.Gid < 0) throw Misplaced(entry, "has an owner below zero");
    }

    private static SnapshotException OwnerOutside(TreeEntry entry, SnapshotException inner) => new(SnapshotException.OwnerOutside, ErrorKind.FailedPrecondition,
        $"'/{entry.Path}' of the image belongs to {entry.Uid}:{entry.Gid}, which is more than the numbers that you may use. Give yourself more of them in /etc/subuid and /etc/subgid.", inner);

    private void Imply(string path)
    {
        var place = _tree.Locate(path);
        _times.Keep(RootedTree.ParentOf(place));
        _tree.MakeDirectory(place, ImpliedMode);
        _tree.SetOwner(place, (uint)_idShift, (uint)_idShift);
        _times.Set(place, 0);
        _cover?.Add(place);
    }

    private static SnapshotException Misplaced(TreeEntry entry, string how) => new(SnapshotException.InvalidEntry, ErrorKind.Invalid,
        $"A layer has an entry '/{entry.Path}' that {how}. Do not use this image.");
}
