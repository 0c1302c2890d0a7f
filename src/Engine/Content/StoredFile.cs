namespace MsBuildKit.Engine.Content;

/// <summary>A file of a store.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Size">Bytes.</param>
/// <param name="LastUsed">Its modification time, UTC.</param>
public sealed record StoredFile(string Path, long Size, DateTime LastUsed)
{
    /// <summary>Removes the file if it still is as it was found: somebody may have mended it. False when it is another or gone.</summary>
    internal bool RemoveIfUnchanged()
    {
        if (new FileInfo(Path) is not { Exists: true } now || now.Length != Size || now.LastWriteTimeUtc != LastUsed) return false;
        File.Delete(Path);
        return true;
    }
}
