using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Llb;

/// <summary>An operation under construction: its <see cref="Op.Inputs"/> are filled when it is marshalled.</summary>
internal sealed record LlbNode(Op Op, IReadOnlyList<LlbState> Inputs, IReadOnlyList<string> Capabilities, string? Name)
{
    /// <summary>What an image's history says of it, where that is not its name.</summary>
    public string? History { get; init; }

    public bool IgnoreCache { get; init; }

    public ProgressGroup? Group { get; init; }
}
