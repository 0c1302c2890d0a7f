using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers;

/// <summary>What a source of a web server or a repository is now.</summary>
/// <param name="Checksum">The digest of a file; the commit of a branch, or a tag's own object.</param>
public sealed record SourceFacts(string Checksum)
{
    /// <summary>What a file is called.</summary>
    public string FileName { get; init; } = "";

    /// <summary>When a file changed, as its server says.</summary>
    public DateTimeOffset? Changed { get; init; }

    /// <summary>A file's content, which is in the store.</summary>
    public Digest? Content { get; init; }

    /// <summary>The full name of what a repository was asked for; empty for a commit.</summary>
    public string Ref { get; init; } = "";

    /// <summary>The commit that an annotated tag stands for; empty for anything else.</summary>
    public string Commit { get; init; } = "";

    /// <summary>The commit as git keeps it, when that was asked for.</summary>
    public byte[]? CommitObject { get; init; }

    /// <summary>An annotated tag as git keeps it, when that was asked for.</summary>
    public byte[]? TagObject { get; init; }
}
