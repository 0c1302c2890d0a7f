using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine;

/// <summary>One platform's image on its way: what a frontend made of what the user wrote.</summary>
/// <param name="Platform">Of the image.</param>
/// <param name="Graph">What is to be solved; <c>null</c> for an image of nothing on nothing.</param>
/// <param name="Config">The configuration.</param>
internal abstract record ImagePlan(Platform Platform, Definition? Graph, ImageConfig Config)
{
    /// <summary>The configuration's history tells of every layer that the graph makes, not of the base's alone.</summary>
    public virtual bool HasWholeHistory => false;

    /// <summary>What the image stands on has Docker's media types.</summary>
    public virtual bool IsOnDocker => false;

    /// <summary>When the image was made, as documents say it; <c>null</c> for the time of the build's images.</summary>
    public virtual string? Created => null;

    /// <summary>What the layers say of the times in them, or <c>null</c> for nothing.</summary>
    public virtual LayerStamp? Stamp => null;

    /// <summary>Annotations of the manifest besides those of every manifest.</summary>
    public virtual IReadOnlyDictionary<string, string>? Annotations => null;

    /// <summary>Annotations of the manifest's entry in the index.</summary>
    public virtual IReadOnlyDictionary<string, string>? DescriptorAnnotations => null;

    /// <summary>Layers that are known to be part of the image before anything is built.</summary>
    public virtual IReadOnlyList<Layer> BaseLayers => [];

    /// <summary>Tags that the image is made from, and the digests they have now.</summary>
    public abstract IEnumerable<(ImageReference Reference, Digest Digest)> References { get; }

    /// <summary>The digest of the last operation; that of nothing where there is none.</summary>
    public string GraphDigest => Digest.Of(Graph is null ? [] : Graph.Def[^2].Span).ToString();

    /// <summary>Where the user wrote what a vertex of this name does, or <c>null</c>.</summary>
    public abstract SourcePosition? FindPosition(string vertex);
}
