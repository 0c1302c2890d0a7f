using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine;

/// <summary>Writes the SBOM of a tree whose files nobody has a list of: what package managers left in it, and what its graph begins with.</summary>
internal sealed class GraphSbom(InstalledPackages packages)
{
    /// <summary>The SPDX document.</summary>
    /// <param name="request">Names the image, and its times.</param>
    /// <param name="platform">Of the image.</param>
    /// <param name="bases">The images that the graph begins with.</param>
    /// <param name="chain">The tree.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<byte[]> WriteAsync(BuildRequest request, Platform platform, IReadOnlyList<SbomComponent> bases, LayerChain chain, CancellationToken cancellationToken) => SpdxDocument.Write(new SbomInput
    {
        ImageName = request.Names is [var name, ..] ? name.ToString() : request.Repository.Length > 0 ? $"{request.Repository}:{request.Tags[0]}" : request.ProjectName,
        Platform = platform.ToString(),
        SourceDateEpoch = request.SourceDateEpoch,
        Components = await packages.FindAsync(chain, cancellationToken).ConfigureAwait(false),
        Files = [],
        Base = bases,
    });

    /// <summary>An image of a registry, pinned.</summary>
    public static SbomComponent Describe(ImageReference reference, string name, Digest digest, Platform platform) =>
        new(name, reference.Tag, PackageUrl.Of(reference.WithDigest(digest), platform), Algorithm: "SHA256", Hash: digest.Hex, Purpose: "CONTAINER");
}
