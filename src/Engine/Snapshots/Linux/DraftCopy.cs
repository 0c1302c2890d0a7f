namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What is known of a draft that began as a copy of its parent.</summary>
/// <param name="Folders">The copied directories, and which file each is.</param>
/// <param name="Made">A time of the file system that is after all copying and before all that came later.</param>
internal sealed record DraftCopy(IReadOnlyDictionary<string, ulong> Folders, (long Seconds, uint Nanoseconds) Made)
{
    private const string MarkName = "copied";

    /// <summary>Waits for the file system's clock to go on, so that what is done next is seen to be later.</summary>
    /// <param name="folders">As above.</param>
    /// <param name="folder">A folder beside the copy.</param>
    public static DraftCopy Finish(IReadOnlyDictionary<string, ulong> folders, string folder)
    {
        using var tree = RootedTree.Open(folder);
        var made = Tick(tree);
        while (Tick(tree).CompareTo(made) <= 0) Thread.Sleep(1);
        return new DraftCopy(folders, made);
    }

    /// <summary>The directory is another one than was copied there. A number of a file that is gone is soon another file's.</summary>
    public bool IsFresh(string path, FileStatus now) => Folders.GetValueOrDefault(path) != now.Inode || now.Born.CompareTo(Made) > 0;

    private static (long Seconds, uint Nanoseconds) Tick(RootedTree tree)
    {
        tree.MakeFile(MarkName);
        var changed = tree.Read(MarkName).Changed;
        tree.RemoveTree(MarkName);
        return changed;
    }
}
