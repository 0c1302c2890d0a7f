namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>What went into a result, by package URLs and addresses.</summary>
internal static class BuildMaterialList
{
    /// <summary>Images first, then blobs, then commits, then files.</summary>
    public static IReadOnlyList<ProvenanceDependency> Of(BuildCapture capture) =>
    [
        .. capture.Images.Select(i => new ProvenanceDependency(PackageUrl.Of(i.Reference, i.Platform, i.IsLayout ? "oci" : "docker"), i.Digest.Algorithm, i.Digest.Hex)),
        .. capture.Blobs.Select(b => new ProvenanceDependency(PackageUrl.OfBlob(b.Reference, b.IsLayout ? "oci" : "docker", b.Repository), b.Digest.Algorithm, b.Digest.Hex)),
        .. capture.Git.Select(g => new ProvenanceDependency(g.Url, g.Algorithm, g.Commit)),
        .. capture.Web.Select(w => new ProvenanceDependency(w.Url, w.Digest.Algorithm, w.Digest.Hex)),
    ];
}
