namespace MsBuildKit.Engine.Oci;

/// <summary>Annotation and label keys that the field agrees on (OCI image-spec, annotations.md; containerd; BuildKit).</summary>
public static class AnnotationKeys
{
    public const string Created = "org.opencontainers.image.created";
    public const string RefName = "org.opencontainers.image.ref.name";
    public const string BaseName = "org.opencontainers.image.base.name";
    public const string BaseDigest = "org.opencontainers.image.base.digest";
    public const string Source = "org.opencontainers.image.source";
    public const string Revision = "org.opencontainers.image.revision";

    /// <summary>The full reference by which containerd and Docker import an image from a layout.</summary>
    public const string ContainerdImageName = "io.containerd.image.name";

    /// <summary>On an index entry: what kind of companion it is; BuildKit's attestations say <c>attestation-manifest</c>.</summary>
    public const string ReferenceType = "vnd.docker.reference.type";

    /// <summary>On an index entry: the digest of the manifest that it accompanies.</summary>
    public const string ReferenceDigest = "vnd.docker.reference.digest";

    /// <summary>On an attestation layer: the type of its predicate.</summary>
    public const string PredicateType = "in-toto.io/predicate-type";

    /// <summary>Of a layer: no file in it is newer than these seconds since 1970 (BuildKit).</summary>
    public const string RewrittenTimestamp = "buildkit/rewritten-timestamp";
}
