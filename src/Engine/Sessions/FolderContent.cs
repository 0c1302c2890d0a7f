namespace MsBuildKit.Engine.Sessions;

/// <summary>What of a folder was taken, and how old its files are.</summary>
/// <param name="Sent">The tree and what its files contain.</param>
/// <param name="Modified">When each file was changed, in nanoseconds since 1970 and in the tree's order.</param>
public sealed record FolderContent(SentTree Sent, IReadOnlyList<long> Modified);
