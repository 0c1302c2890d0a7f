namespace MsBuildKit.Tool.Transfer;

/// <summary>What a received tree takes on disk.</summary>
/// <param name="Id">For <see cref="ContextFolders.TryRemove"/>.</param>
/// <param name="Name">The name in the graph.</param>
/// <param name="Bytes">Of all its files.</param>
/// <param name="LastUsed">When a build last asked for it.</param>
/// <param name="InUse">A build holds it, or it is being received.</param>
internal sealed record ContextUsage(string Id, string Name, long Bytes, DateTimeOffset LastUsed, bool InUse);
