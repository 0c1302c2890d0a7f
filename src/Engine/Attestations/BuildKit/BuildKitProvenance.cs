using System.Text.Json.Nodes;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>How a result was made, to be told as BuildKit tells it.</summary>
public sealed record BuildKitProvenance
{
    /// <summary>What was asked for.</summary>
    public required RequestProvenance Request { get; init; }

    /// <summary>What went in.</summary>
    public required BuildCapture Capture { get; init; }

    /// <summary>The graph, with the texts that it was made of; <c>null</c> when less is to be told: neither is then, nor what may be nobody else's business.</summary>
    public DescribedGraph? Graph { get; init; }

    /// <summary>Which build it was.</summary>
    public required string Invocation { get; init; }

    public required DateTimeOffset Started { get; init; }

    public required DateTimeOffset Finished { get; init; }

    /// <summary>Of the machine that built.</summary>
    public required Platform Builder { get; init; }

    /// <summary>Who that was, a URI; empty when nobody says.</summary>
    public string BuilderId { get; init; } = "";

    /// <summary>The client claims that it would come out the same again.</summary>
    public bool IsReproducible { get; init; }

    /// <summary>BuildKit's number for how results were written; 0 says nothing.</summary>
    public int Compatibility { get; init; }

    /// <summary>The version of the frontend for Dockerfiles when that one was asked; <c>null</c> for another.</summary>
    public string? DockerfileVersion { get; init; }

    /// <summary>What else whoever runs the builder says of it.</summary>
    public JsonObject Custom { get; init; } = [];
}

/// <summary>A graph and what it was made of.</summary>
/// <param name="Graph">The graph; <c>null</c> for one of nothing.</param>
/// <param name="Texts">The texts, and which operation stands where in them; <c>null</c> when that is not known.</param>
/// <param name="Layers">Layers of operations' results, from the bottom up, by outputs. Those that have none are missing.</param>
public sealed record DescribedGraph(Edge? Graph, Source? Texts, IReadOnlyList<(Vertex Vertex, int Output, IReadOnlyList<Descriptor> Layers)> Layers);
