using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Snapshots that lie on one another; none of them is removed before this is disposed, or its process ends.</summary>
public sealed class SnapshotStack : IDisposable
{
    private readonly IReadOnlyList<HeldSnapshot> _held;

    internal SnapshotStack(IReadOnlyList<Digest> ids, IReadOnlyList<HeldSnapshot> held)
    {
        (Ids, _held) = (ids, held);
        Lowers = [.. held.SelectMany(h => h.Trees).Reverse()];
    }

    /// <summary>The ChainIDs from the bottom up.</summary>
    public IReadOnlyList<Digest> Ids { get; }

    /// <summary>The ChainID of the whole; <c>null</c> for nothing at all.</summary>
    public Digest? Id => Ids.Count == 0 ? null : Ids[^1];

    /// <summary>The directories from the top down, as mounts want them.</summary>
    public IReadOnlyList<string> Lowers { get; internal init; }

    /// <summary>This with one more on top that has no ChainID of its own; what it is made of stays held by others.</summary>
    internal SnapshotStack With(HeldSnapshot top) => new(Ids, [.. _held, top]);

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var held in _held) held.Dispose();
    }
}
