using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>An image that somebody else planned.</summary>
internal sealed record SolvedPlan(SolvedImage Image) : ImagePlan(Image.Platform, Image.Graph, Image.Config)
{
    /// <inheritdoc />
    public override bool HasWholeHistory => Image.HasWholeHistory;

    /// <inheritdoc />
    public override string? Created => Image.Config.Created;

    /// <inheritdoc />
    public override LayerStamp? Stamp => Image.Stamp;

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, string>? Annotations => Image.Annotations;

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, string>? DescriptorAnnotations => Image.DescriptorAnnotations;

    /// <inheritdoc />
    public override IEnumerable<(ImageReference Reference, Digest Digest)> References => [];

    /// <inheritdoc />
    public override SourcePosition? FindPosition(string vertex) => null;
}
