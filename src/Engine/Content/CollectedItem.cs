namespace MsBuildKit.Engine.Content;

/// <summary>Something that collection removed, or would remove.</summary>
public sealed record CollectedItem(CollectedKind Kind, StoredFile File)
{
    /// <summary>The tree that it is, or <c>null</c> for a file.</summary>
    internal StoredTree? Tree { get; init; }

    /// <summary>How many inodes it takes.</summary>
    internal int Count => Tree?.Count ?? 1;

    internal static CollectedItem Of(StoredTree tree) => new(tree.Kind, tree.File) { Tree = tree };
}

/// <summary>What was collected.</summary>
public enum CollectedKind
{
    Blob,

    /// <summary>A record of the cache index.</summary>
    Record,

    /// <summary>What was known of the files of a local tree.</summary>
    Facts,

    /// <summary>What a dead process left: ingests, leases, staged files and trees; and records that are damaged.</summary>
    Leftover,

    /// <summary>An unpacked layer. It is unpacked again when a step needs it.</summary>
    Snapshot,

    /// <summary>What steps keep between builds in a cache mount.</summary>
    Cache,

    /// <summary>The files of a step that failed, kept to be looked at.</summary>
    Failed,

    /// <summary>What was fetched of a git repository. It is fetched again when a source needs it.</summary>
    Repository,
}
