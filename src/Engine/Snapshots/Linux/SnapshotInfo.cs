using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A snapshot as its record tells it, without a look at the tree.</summary>
/// <param name="Id">The ChainID of the tree.</param>
/// <param name="Parent">That of what it lies on; <c>null</c> for a bottom layer.</param>
/// <param name="Usage">What its own layer takes of the disk.</param>
/// <param name="LeftOut">How many entries of the layer the tree lacks, since they are devices.</param>
/// <param name="LastUsed">In UTC, by the clock of the file system.</param>
public sealed record SnapshotInfo(Digest Id, Digest? Parent, TreeUsage Usage, int LeftOut, DateTime LastUsed);
