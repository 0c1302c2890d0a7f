namespace MsBuildKit.Engine.Content;

/// <summary>A folder of a store that goes as a whole: an unpacked layer, a cache of steps, or what is left of one.</summary>
/// <param name="Kind">What it would be removed as.</param>
/// <param name="File">The folder; bytes of all that is in it, and when it was last used.</param>
/// <param name="Count">Files and folders, itself among them; a file with several names counts once.</param>
/// <param name="LockFile">Locked by those who use it, or <c>null</c>.</param>
public sealed record StoredTree(CollectedKind Kind, StoredFile File, int Count, string? LockFile)
{
    /// <summary>Somebody uses it at this moment.</summary>
    public bool IsInUse
    {
        get
        {
            if (LockFile is null || !System.IO.File.Exists(LockFile)) return false;
            using var alone = FileLock.TryTake(LockFile, FileMode.Open);
            return alone is null;
        }
    }
}
