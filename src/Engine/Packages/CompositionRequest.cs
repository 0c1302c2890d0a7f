using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Packages;

/// <summary>A base image to compose. Paths are absolute.</summary>
public sealed record CompositionRequest
{
    /// <summary>Such as <c>debian/bookworm</c>.</summary>
    public required string Distribution { get; init; }

    public required Platform Platform { get; init; }

    /// <summary>Names, each with an optional <c>=version</c>.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Base URLs of archives; empty means what <see cref="AptDirectory"/> says.</summary>
    public IReadOnlyList<string> Mirrors { get; init; } = [];

    /// <summary>An OpenPGP keyring file, or <c>null</c> for the one that the package sources name, else <see cref="ArchiveKeyring"/>.</summary>
    public string? Keyring { get; init; }

    /// <summary>Used as it is while it fits the request, else rewritten; <c>null</c> for none.</summary>
    public string? LockFile { get; init; }

    /// <summary>No time in the image is later, in seconds of the Unix epoch; <c>null</c> keeps the packages' own times.</summary>
    public long? SourceDateEpoch { get; init; }

    /// <summary>Refuse release files that are past their own Valid-Until.</summary>
    /// <value>Default: true.</value>
    public bool CheckValidUntil { get; init; } = true;

    /// <summary>Leave out manual pages and documentation other than copyright files.</summary>
    /// <value>Default: true.</value>
    public bool ExcludeDocs { get; init; } = true;

    /// <summary>Where the machine keeps its package sources.</summary>
    /// <value>Default: <c>/etc/apt</c>.</value>
    public string AptDirectory { get; init; } = "/etc/apt";

    /// <summary>The keyring when nothing else names one.</summary>
    /// <value>Default: the Debian archive's, where its package puts it.</value>
    public string ArchiveKeyring { get; init; } = "/usr/share/keyrings/debian-archive-keyring.gpg";
}
