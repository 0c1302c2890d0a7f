namespace MsBuildKit.Engine.Content;

/// <summary>What a collection did.</summary>
/// <param name="Removed">In the order of removal.</param>
/// <param name="KeptBytes">What the store has now.</param>
/// <param name="InUseBytes">What of it are blobs that live processes hold.</param>
public sealed record CollectionResult(IReadOnlyList<CollectedItem> Removed, long KeptBytes, long InUseBytes)
{
    /// <summary>The bytes of what was removed.</summary>
    public long FreedBytes => Removed.Sum(r => r.File.Size);
}
