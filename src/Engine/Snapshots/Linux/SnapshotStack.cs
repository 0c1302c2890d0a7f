using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Snapshots that lie on one another; none of them is removed before this is disposed, or its process ends.</summary>
public sealed class SnapshotStack : IDisposable
{
    private readonly List<SafeFileHandle> _holds;

    internal SnapshotStack(IReadOnlyList<Digest> ids, IReadOnlyList<string> folders, List<SafeFileHandle> holds)
    {
        (Ids, _holds) = (ids, holds);
        Lowers = [.. folders.Reverse().Select(f => Path.Combine(f, SnapshotStore.TreeName))];
    }

    /// <summary>The ChainIDs from the bottom up.</summary>
    public IReadOnlyList<Digest> Ids { get; }

    /// <summary>The ChainID of the whole; <c>null</c> for nothing at all.</summary>
    public Digest? Id => Ids.Count == 0 ? null : Ids[^1];

    /// <summary>The directories from the top down, as mounts want them.</summary>
    public IReadOnlyList<string> Lowers { get; internal init; }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var hold in _holds) hold.Dispose();
    }
}
