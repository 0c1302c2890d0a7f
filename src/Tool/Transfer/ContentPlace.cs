namespace MsBuildKit.Tool.Transfer;

/// <summary>Where a content is.</summary>
/// <param name="File">The file's name in the folder of contents.</param>
/// <param name="Offset">Where it begins in a pack; <c>null</c> for a file of its own.</param>
/// <param name="Size">In bytes.</param>
internal readonly record struct ContentPlace(string File, long? Offset, long Size);
