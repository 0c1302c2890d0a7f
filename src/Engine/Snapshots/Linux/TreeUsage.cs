namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What a tree takes of the disk.</summary>
/// <param name="Size">Bytes, as the disk allocates them.</param>
/// <param name="Inodes">Files and directories; those with several names count once.</param>
public readonly record struct TreeUsage(long Size, long Inodes)
{
    /// <summary>Measures a tree, the root included.</summary>
    public static TreeUsage Of(RootedTree tree)
    {
        var seen = new HashSet<(ulong, ulong)>();
        var root = tree.Read("");
        var (size, inodes) = (root.Allocated, 1L);
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out var folder))
            foreach (var name in tree.List(folder))
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                var status = tree.Read(path);
                if (status.IsDirectory) folders.Push(path);
                else if (status.Links > 1 && !seen.Add((status.Device, status.Inode))) continue;
                size += status.Allocated;
                inodes++;
            }
        return new TreeUsage(size, inodes);
    }
}
