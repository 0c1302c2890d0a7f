namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A file tree that can be read: on disk, or only described. Paths are relative to its root and slash-separated; the empty path is the root.</summary>
internal interface IFileTree : ILinkedNames
{
    /// <summary>The names in a directory, in no order.</summary>
    IReadOnlyList<string> List(string path);

    /// <summary>What is in a file whose status says that it has <paramref name="size"/> bytes.</summary>
    FileContent Content(string path, long size);

    /// <summary>The extended attributes that the caller may see.</summary>
    IReadOnlyDictionary<string, byte[]> ReadXattrs(string path);

    /// <summary>The directory is only there for what is in it: nobody said what it is to be like.</summary>
    bool IsImplied(string path) => false;

    /// <summary>Who owns a path whoever copies it, in the numbers that the tree has.</summary>
    (uint? Uid, uint? Gid) StatedOwner(string path) => (null, null);

    /// <summary>What is at a path; throws when nothing is.</summary>
    FileStatus Read(string path) => Find(path) ?? throw TreeFault.NotThere(path);
}
