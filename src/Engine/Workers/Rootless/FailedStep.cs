using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A failed step that is being looked at, by nobody else until it is disposed.</summary>
/// <param name="folder">Where it is kept.</param>
/// <param name="step">What ran, without what it was lent.</param>
/// <param name="held">Its lock.</param>
[SupportedOSPlatform("linux")]
internal sealed class FailedStep(string folder, RunStep step, SafeFileHandle held) : IDisposable
{
    public RunStep Step => step;

    /// <summary>What it wrote, as the upper directory of an overlay.</summary>
    public string Upper => Path.Combine(folder, SnapshotStore.TreeName);

    /// <summary>The overlay's own.</summary>
    public string Work => Path.Combine(folder, SnapshotStore.WorkName);

    /// <inheritdoc />
    public void Dispose()
    {
        try
        {
            using var tree = RootedTree.Open(folder);
            tree.RemoveTree(SnapshotStore.WorkName);
        }
        catch (SnapshotException)
        {
            // It goes with the rest.
        }
        finally
        {
            held.Dispose();
        }
    }
}
