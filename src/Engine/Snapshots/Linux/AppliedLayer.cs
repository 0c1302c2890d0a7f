namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What became of a layer in a tree.</summary>
/// <param name="LeftOut">The paths of devices, and of second names of devices: a user namespace cannot make them. The blob keeps them.</param>
/// <param name="SkippedAttributes">How many extended attributes the tree does not have.</param>
public sealed record AppliedLayer(IReadOnlyList<string> LeftOut, int SkippedAttributes);
