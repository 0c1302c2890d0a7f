using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>What a build left behind.</summary>
public sealed record BuildResult
{
    /// <summary>The image: a manifest, or an index when there are attestations or several platforms.</summary>
    public required Descriptor Image { get; init; }

    /// <summary>The index's bytes as text, or <c>null</c> when the image is a manifest.</summary>
    public string? IndexJson { get; init; }

    /// <summary>The manifest and configuration of every platform.</summary>
    public required IReadOnlyList<BuiltImage> Images { get; init; }

    /// <summary>The layout directory; empty when none was asked for.</summary>
    public required string LayoutDirectory { get; init; }

    /// <summary>Full names under which the image was made.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Every file that the build left or found as it should be: the layout's, the statements', the archives.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>Tags that the image came from or went to, and the digests they have now.</summary>
    public required IReadOnlyList<(ImageReference Reference, Digest Digest)> References { get; init; }

    /// <summary>The local engine that has the image now, and what it calls it; <c>null</c> when none was asked for or there.</summary>
    public (string Engine, string Id)? Loaded { get; init; }

    /// <summary>Layers that had to be made, and their bytes as shipped.</summary>
    public int NewLayers { get; init; }

    public long NewBytes { get; init; }

    /// <summary>Layers that were there already, in the base or from an earlier build.</summary>
    public int ReusedLayers { get; init; }
}

/// <summary>One platform's image.</summary>
/// <param name="ManifestJson">The manifest's bytes as text.</param>
/// <param name="ConfigJson">The configuration's bytes as text.</param>
/// <param name="SbomPath">The SPDX file, or <c>null</c> when none was asked for.</param>
/// <param name="ProvenancePath">The provenance file, or <c>null</c> when none was asked for.</param>
/// <param name="Graph">What was solved: an LLB definition in protobuf; empty for an image of nothing.</param>
public sealed record BuiltImage(
    Platform Platform, Descriptor Manifest, string ManifestJson, string ConfigJson, string? SbomPath, string? ProvenancePath, ReadOnlyMemory<byte> Graph);
