namespace MsBuildKit.Engine.Sessions;

/// <summary>A tree that came from elsewhere, and of which it is known what its files contain. They stay as they are for as long as the build that fetched it.</summary>
/// <param name="Tree">What is in it.</param>
/// <param name="Facts">Of its files, in the tree's order.</param>
public sealed record SentTree(LocalTree Tree, IReadOnlyList<FileFacts> Facts);
