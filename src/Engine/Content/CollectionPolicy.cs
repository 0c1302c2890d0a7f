namespace MsBuildKit.Engine.Content;

/// <summary>How much of a store may stay. What was not used longest goes first, until every demand that is set holds; with none set, only
/// what dead processes left goes.</summary>
public sealed record CollectionPolicy
{
    /// <summary>Remove all that is not in use.</summary>
    public bool All { get; init; }

    /// <summary>Remove what was not used for this long.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>The store may have at most so many bytes.</summary>
    public long? KeepBytes { get; init; }

    /// <summary>The disk shall have at least so many free bytes.</summary>
    public long? MinFreeBytes { get; init; }

    /// <summary>The disk shall have room for at least so many more files. Where the file system knows no limit it holds.</summary>
    public long? MinFreeInodes { get; init; }

    /// <summary>What may go at all.</summary>
    /// <value>Default: anything.</value>
    public CollectionFilter Filter { get; init; } = CollectionFilter.Anything;
}
