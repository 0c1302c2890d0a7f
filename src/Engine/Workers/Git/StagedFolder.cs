namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Folders that are of no more use.</summary>
internal static class StagedFolder
{
    /// <summary>Removes a folder with all that is in it; nothing happens when it is not there.</summary>
    public static void Drop(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }
}
