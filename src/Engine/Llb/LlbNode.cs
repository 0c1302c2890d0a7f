using MsBuildKit.Engine.Llb.Pb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Llb;

/// <summary>An operation of a graph that is being made, with the bytes it will have on the wire.</summary>
internal sealed record LlbNode
{
    public LlbNode(Op op, IReadOnlyList<LlbState> inputs, IReadOnlyList<string> capabilities, string? name)
    {
        (Inputs, Capabilities, Name) = (inputs, capabilities, name);
        // BuildKit's client writes them even when there are none, and digests tell the difference.
        op.Constraints ??= new WorkerConstraints();
        op.Inputs.AddRange(inputs.Select(i => new Input { Digest = i.Node!.Digest.ToString(), Index = i.Output }));
        Bytes = CanonicalBytes.Of(op);
        Digest = Digest.Of(Bytes);
    }

    /// <summary>An operation as somebody else wrote it.</summary>
    public LlbNode(byte[] bytes, IReadOnlyList<LlbState> inputs, OpMetadata metadata)
    {
        (Bytes, Digest, Inputs, Capabilities, Metadata) = (bytes, Digest.Of(bytes), inputs, [], metadata);
    }

    public byte[] Bytes { get; }

    /// <summary>Of <see cref="Bytes"/>: nodes that say the same are the same operation, whoever made them.</summary>
    public Digest Digest { get; }

    public IReadOnlyList<LlbState> Inputs { get; }

    public IReadOnlyList<string> Capabilities { get; }

    public string? Name { get; }

    /// <summary>What an image's history says of it, where that is not its name.</summary>
    public string? History { get; init; }

    public bool IgnoreCache { get; init; }

    public ProgressGroup? Group { get; init; }

    /// <summary>What else is said of it, by what it is.</summary>
    public IReadOnlyDictionary<string, string> Descriptions { get; init; } = new Dictionary<string, string>();

    /// <summary>What those who wrote it said of it, or <c>null</c> for an operation of our own.</summary>
    public OpMetadata? Metadata { get; }

    /// <summary>Where it stands in the text that it was made of, or <c>null</c>.</summary>
    public SourcePlace? Place { get; init; }

    /// <summary>Where those who wrote it say that it stands.</summary>
    public IReadOnlyList<GivenPlace> GivenPlaces { get; init; } = [];
}
