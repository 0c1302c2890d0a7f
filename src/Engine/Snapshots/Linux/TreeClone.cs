namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Makes a tree the same as another, name by name. Sockets are left out.</summary>
/// <param name="source">Nothing may write to it.</param>
/// <param name="target">On the same file system; has the root and nothing else.</param>
/// <param name="shares">Names share their files with the source, where the file system can; else each has its own, also where the source has one file of
/// several names, as an overlay gives each name its own when it is written to.</param>
internal sealed class TreeClone(RootedTree source, RootedTree target, bool shares)
{
    /// <summary>The directories, and which file of the target each is.</summary>
    public Dictionary<string, ulong> Folders { get; } = new(StringComparer.Ordinal);

    /// <summary>Copies everything below the root.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        var open = new Stack<string>([""]);
        var folders = new List<(string Path, FileStatus Status)> { ("", source.Read("")) };
        while (open.TryPop(out var folder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var name in source.List(folder).Order(StringComparer.Ordinal))
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                var status = source.Read(path);
                if (!status.IsDirectory)
                {
                    Place(path, status);
                    continue;
                }
                target.MakeDirectory(path);
                Describe(path, status);
                Folders[path] = target.Read(path).Inode;
                folders.Add((path, status));
                open.Push(path);
            }
        }
        foreach (var (path, status) in folders) target.SetModified(path, status.ModifiedSeconds, status.ModifiedNanoseconds);
    }

    /// <summary>Makes one name that is no directory; true when it shares its file.</summary>
    public bool Place(string path, FileStatus status)
    {
        if (status.IsSocket || (shares && target.TryMakeLink(path, source, path))) return true;
        if (status.IsLink) target.MakeSymlink(path, source.ReadLink(path));
        else if (status.IsFile) target.CopyFile(path, source);
        else target.MakeFifo(path);
        Describe(path, status);
        target.SetModified(path, status.ModifiedSeconds, status.ModifiedNanoseconds);
        return false;
    }

    // The order matters: another owner takes setuid bits and capabilities away.
    private void Describe(string path, FileStatus status)
    {
        target.SetOwner(path, status.Uid, status.Gid);
        target.SetMode(path, status.Permissions);
        foreach (var (name, value) in source.ReadXattrs(path).Where(x => ExtendedAttributes.IsShared(x.Key)))
            if (!target.TrySetXattr(path, name, value)) throw TreeFault.Of(path, $"given its attribute '{name}'");
    }
}
