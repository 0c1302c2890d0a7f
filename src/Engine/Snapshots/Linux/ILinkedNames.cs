namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What is needed of a file tree to tell where a path leads in it. Paths are relative to its root and slash-separated; the empty path is the root.</summary>
internal interface ILinkedNames
{
    /// <summary>What is at a path, the link itself when it is one; <c>null</c> when nothing is.</summary>
    FileStatus? Find(string path);

    /// <summary>Where a symbolic link leads, as written.</summary>
    string ReadLink(string path);
}
