namespace MsBuildKit.Tool.Transfer;

/// <summary>How a tree is received.</summary>
internal sealed record ContextOptions
{
    /// <value>Every file is asked for, whatever is known (<c>local.differ=none</c>); <c>false</c>.</value>
    public bool TrustsNothing { get; init; }

    /// <value>Only what is said of the entries counts (<c>local.metadatatransfer</c>), and is received as a file; of those for which this is true the content comes too.
    /// <c>null</c>, the default, for a tree as it is.</value>
    public Func<string, bool>? MetadataExcept { get; init; }

    public TransferLimits Limits { get; init; } = TransferLimits.Default;
}
