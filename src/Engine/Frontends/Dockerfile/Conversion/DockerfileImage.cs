using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>One platform's image, as a graph and a configuration.</summary>
/// <param name="Platform">Of the image.</param>
/// <param name="Graph">Its tree.</param>
/// <param name="Config">Its configuration. The history has an entry for each instruction; those that make a layer say so, and digests of layers are
/// the base's alone.</param>
/// <param name="Bases">Every image that the graph begins with, for provenance.</param>
/// <param name="Steps">Where the instruction of a vertex stands, by the name of the vertex.</param>
public sealed record DockerfileImage(
    Platform Platform, LlbState Graph, ImageConfig Config, IReadOnlyList<UsedImage> Bases, IReadOnlyDictionary<string, TextRange> Steps)
{
    /// <summary>The stages that it is made of, in the order of the text.</summary>
    public IReadOnlyList<Stage> Stages { get; init; } = [];

    /// <summary>The configuration of the image that the target's first stage begins with; <c>null</c> for none.</summary>
    public ImageConfig? Base { get; init; }

    /// <summary>Seconds that stand for every time, when the Dockerfile or its arguments say so.</summary>
    public long? Epoch { get; init; }

    /// <summary>What else an SBOM tells of, where the Dockerfile or its arguments say so: stages, and the build context.</summary>
    public IReadOnlyDictionary<string, LlbState> Scans { get; init; } = new Dictionary<string, LlbState>();
}

/// <summary>An image that a graph begins with.</summary>
/// <param name="Name">As <c>docker-image://</c> or <c>oci-layout://</c> would name it, pinned by digest.</param>
/// <param name="Digest">Of the name.</param>
/// <param name="Platform">Which of its platforms.</param>
/// <param name="IsRemote">It stands in a registry.</param>
public sealed record UsedImage(string Name, Digest Digest, Platform Platform, bool IsRemote);
