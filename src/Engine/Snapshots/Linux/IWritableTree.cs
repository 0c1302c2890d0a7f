namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A file tree that can be changed: on disk, or only described. What each member does is said at <see cref="RootedTree"/>.</summary>
internal interface IWritableTree : IFileTree
{
    void MakeDirectory(string path, int mode);

    void MakeDirectories(string path, Action<string> make);

    Task WriteFileAsync(string path, FileContent content, CancellationToken cancellationToken);

    Task OverwriteFileAsync(string path, FileContent content, CancellationToken cancellationToken);

    void MakeSymlink(string path, string target);

    void MakeLink(string path, string existing);

    void MakeFifo(string path);

    void RemoveTree(string path);

    void SetOwner(string path, uint uid, uint gid);

    void SetMode(string path, int mode);

    void SetModified(string path, long seconds, uint nanoseconds);

    bool TrySetXattr(string path, string name, byte[] value);

    /// <summary>Says of a directory that it is only there for what is in it. On disk every directory is somehow, so that nothing comes of it.</summary>
    void Imply(string path)
    {
    }
}
