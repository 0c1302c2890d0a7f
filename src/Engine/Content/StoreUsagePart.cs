namespace MsBuildKit.Engine.Content;

/// <summary>One kind of files in a store, or its folders.</summary>
/// <param name="Name">For programs.</param>
/// <param name="Title">For people.</param>
/// <param name="Count">Files or folders, each of which is an inode.</param>
/// <param name="Size">Bytes, not blocks of the disk.</param>
/// <param name="InUse">Files that live processes hold.</param>
/// <param name="InUseSize">Bytes of these.</param>
public sealed record StoreUsagePart(string Name, string Title, int Count, long Size, int InUse, long InUseSize);
