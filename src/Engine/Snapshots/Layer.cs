using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>One layer of a result, in whichever forms it exists by now.</summary>
public sealed record Layer
{
    /// <summary>The digest of the uncompressed tar.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>The blob as it would be shipped: media type, digest and size of the (compressed) bytes.</summary>
    public required Descriptor Blob { get; init; }

    /// <summary>How the layer came to be, for the image's history.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>Where the blob can be fetched from when the local store lacks it: a registry's repository, a layout. <c>null</c> when
    /// it is only in the local store.</summary>
    public LayerOrigin? Origin { get; init; }

    /// <summary>Nobody has written it yet: its blob is a <see cref="TreeDescription"/>, whose digest stands for the DiffID too, which is not known.</summary>
    public bool IsDescribed => Origin is null && Blob.MediaType == TreeDescription.MediaType;
}

/// <summary>A source that has a layer's blob, and, when that source is a registry, its name for cross-repository mounts.</summary>
public sealed record LayerOrigin(IContentSource Source, ImageReference? Repository = null);
