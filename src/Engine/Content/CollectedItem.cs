namespace MsBuildKit.Engine.Content;

/// <summary>Something that collection removed, or would remove.</summary>
public sealed record CollectedItem(CollectedKind Kind, StoredFile File);

/// <summary>What was collected.</summary>
public enum CollectedKind
{
    Blob,

    /// <summary>A record of the cache index.</summary>
    Record,

    /// <summary>What was known of the files of a local tree.</summary>
    Facts,

    /// <summary>What a dead process left: ingests, leases, staged files; and records that are damaged.</summary>
    Leftover,
}
