using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine;

/// <summary>One platform's image on its way: what a frontend made of what the user wrote.</summary>
internal abstract record ImagePlan(Platform Platform, LlbState Graph, ImageConfig Config)
{
    /// <summary>The configuration's history tells of every layer that the graph makes, not of the base's alone.</summary>
    public virtual bool HasWholeHistory => false;

    /// <summary>What the image stands on has Docker's media types.</summary>
    public virtual bool IsOnDocker => false;

    /// <summary>Layers that are known to be part of the image before anything is built.</summary>
    public virtual IReadOnlyList<Layer> BaseLayers => [];

    /// <summary>Tags that the image is made from, and the digests they have now.</summary>
    public abstract IEnumerable<(ImageReference Reference, Digest Digest)> References { get; }

    /// <summary>The digest of the last operation; that of nothing for an image of nothing on nothing, which has none.</summary>
    public string GraphDigest => ReferenceEquals(Graph, LlbState.Scratch) ? Digest.Of([]).ToString() : Digest.Of(LlbMarshaller.Marshal(Graph).Def[^2].Span).ToString();

    /// <summary>Where the user wrote what a vertex of this name does, or <c>null</c>.</summary>
    public abstract SourcePosition? FindPosition(string vertex);
}
