namespace MsBuildKit.Engine.Sessions;

/// <summary>A named tree of files that the caller lends to a build: what <c>local://name</c> in a graph means.</summary>
/// <param name="Name">The name in the graph.</param>
/// <param name="Files">The files in ordinal order of <see cref="LocalFile.Path"/>.</param>
public sealed record LocalTree(string Name, IReadOnlyList<LocalFile> Files)
{
    /// <summary>Seconds of the Unix epoch that are the time of everything in it, whatever the times on this machine are.</summary>
    public long ModifiedSeconds { get; init; }

    /// <summary>Directories that the tree states, in ordinal order. A layer holds these and no others: a parent that is not listed is made
    /// by whoever applies the layer, and keeps its owner and mode where it exists (so a file in <c>tmp</c> does not change
    /// <c>/tmp</c>).</summary>
    public IReadOnlyList<LocalDirectory> Directories { get; init; } = [];

    /// <summary>Symbolic links, in ordinal order.</summary>
    public IReadOnlyList<LocalLink> Links { get; init; } = [];
}
