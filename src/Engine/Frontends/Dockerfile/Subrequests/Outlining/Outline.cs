namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

/// <summary>What a target can be given. Lists are in the order of the text.</summary>
internal sealed record Outline
{
    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public IReadOnlyList<OutlineArg> Args { get; init; } = [];

    public IReadOnlyList<OutlineMount> Secrets { get; init; } = [];

    public IReadOnlyList<OutlineMount> Ssh { get; init; } = [];

    public IReadOnlyList<OutlineMount> Caches { get; init; } = [];
}
