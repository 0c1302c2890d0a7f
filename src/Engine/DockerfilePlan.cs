using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine;

/// <summary>An image of a Dockerfile.</summary>
/// <param name="File">The Dockerfile, for positions.</param>
/// <param name="Image">What the frontend made of it.</param>
/// <param name="Tags">Tags that it is made from, and their digests.</param>
internal sealed record DockerfilePlan(string File, DockerfileImage Image, IReadOnlyList<(ImageReference Reference, Digest Digest)> Tags)
    : ImagePlan(Image.Platform, LlbMarshaller.MarshalOrNull(Image.Graph), Image.Config)
{
    /// <inheritdoc />
    public override bool HasWholeHistory => true;

    /// <inheritdoc />
    public override string? Created => Image.Config.Created;

    /// <inheritdoc />
    public override IEnumerable<(ImageReference Reference, Digest Digest)> References => Tags;

    /// <inheritdoc />
    public override SourcePosition? FindPosition(string vertex) =>
        Image.Steps.TryGetValue(vertex, out var range) ? new SourcePosition(File, range.Line, range.Column) : null;
}
