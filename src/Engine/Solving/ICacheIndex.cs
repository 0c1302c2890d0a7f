using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

/// <summary>Remembers small records by key, for all processes that share it.</summary>
public interface ICacheIndex
{
    /// <summary>The record, or <c>null</c>. A damaged one counts as none.</summary>
    ValueTask<byte[]?> FindAsync(Digest key, CancellationToken cancellationToken);

    /// <summary>Remembers a record; the last writer wins.</summary>
    ValueTask SaveAsync(Digest key, ReadOnlyMemory<byte> record, CancellationToken cancellationToken);
}
