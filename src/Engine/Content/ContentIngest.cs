using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Bytes on their way into a store. Not safe for use by several threads at once.</summary>
public abstract class ContentIngest : IAsyncDisposable
{
    /// <summary>Bytes written so far.</summary>
    public abstract long Length { get; }

    /// <summary>Appends bytes.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes the bytes durable and visible, and returns their digest. When <paramref name="expected"/> or
    /// <paramref name="expectedSize"/> is given and differs, nothing becomes visible and a <c>ContentException</c> says so.</summary>
    public abstract ValueTask<Digest> CommitAsync(Digest? expected, long? expectedSize, CancellationToken cancellationToken);

    /// <summary>Ends the ingest; uncommitted bytes are gone.</summary>
    public abstract ValueTask DisposeAsync();
}
