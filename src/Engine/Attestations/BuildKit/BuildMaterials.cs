using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>An image that a build began with.</summary>
/// <param name="Reference">As the graph or its frontend named it.</param>
/// <param name="Platform">Which of its platforms; <c>null</c> when nobody said.</param>
/// <param name="Digest">What the reference meant.</param>
/// <param name="IsLayout">It came of a layout of the client's, not of a registry.</param>
public sealed record ImageMaterial(ImageReference Reference, Platform? Platform, Digest Digest, bool IsLayout)
{
    /// <summary>Repository and tag, whatever digest they were pinned to.</summary>
    internal string TagName => $"{Reference.Registry}/{Reference.Repository}:{Reference.Tag ?? "latest"}";
}

/// <summary>A single blob that a build took.</summary>
/// <param name="Reference">Its repository, or the name of its layout, with the digest.</param>
/// <param name="Digest">Of its bytes.</param>
/// <param name="IsLayout">It came of a layout of the client's, not of a registry.</param>
/// <param name="Repository">The git repository that it is a bundle of, as <see cref="GitMaterial.Url"/>; <c>null</c> for a file.</param>
public sealed record BlobMaterial(ImageReference Reference, Digest Digest, bool IsLayout, string? Repository = null);

/// <summary>A commit that a build took.</summary>
/// <param name="Url">Of the repository, with <c>#</c> and the ref when one was named.</param>
/// <param name="Commit">Its id.</param>
public sealed record GitMaterial(string Url, string Commit)
{
    /// <summary>The algorithm of the commit's id.</summary>
    internal string Algorithm => Commit.Length == 64 ? "sha256" : "sha1";
}

/// <summary>A file of a web server.</summary>
public sealed record WebMaterial(string Url, Digest Digest);

/// <summary>A secret or SSH agent that a step could use. Where it is, never what it is.</summary>
/// <param name="Id">What the step calls it.</param>
/// <param name="IsOptional">The step also runs without.</param>
public sealed record LentMaterial(string Id, bool IsOptional);
