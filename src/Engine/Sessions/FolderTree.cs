namespace MsBuildKit.Engine.Sessions;

/// <summary>A folder as it was found, its files not read yet.</summary>
/// <param name="Tree">What is in it.</param>
/// <param name="Stamps">What the file system said of the files, in the tree's order.</param>
/// <param name="Started">When the walk began, in nanoseconds since 1970.</param>
internal sealed record FolderTree(LocalTree Tree, IReadOnlyList<FileStamp> Stamps, long Started);
