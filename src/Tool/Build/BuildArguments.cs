namespace MsBuildKit.Tool.Build;

/// <summary>What a command line of <c>build</c> says: as it is, nothing checked yet. <c>null</c> is an option that is not there.</summary>
internal sealed record BuildArguments
{
    public required string Context { get; init; }
    public required string Store { get; init; }
    public string? File { get; init; }
    public string? Target { get; init; }
    public IReadOnlyList<string> Tags { get; init; } = [];
    public IReadOnlyList<string> BuildArgs { get; init; } = [];
    public IReadOnlyList<string> BuildContexts { get; init; } = [];
    public IReadOnlyList<string> Platforms { get; init; } = [];
    public IReadOnlyList<string> Secrets { get; init; } = [];
    public IReadOnlyList<string> Ssh { get; init; } = [];
    public IReadOnlyList<string> NoCacheFilters { get; init; } = [];
    public IReadOnlyList<string> Outputs { get; init; } = [];
    public IReadOnlyList<string> Labels { get; init; } = [];
    public IReadOnlyList<string> Annotations { get; init; } = [];
    public IReadOnlyList<string> Attestations { get; init; } = [];
    public IReadOnlyList<string> Hosts { get; init; } = [];
    public IReadOnlyList<string> Limits { get; init; } = [];
    public IReadOnlyList<string> Grants { get; init; } = [];
    public bool NoCache { get; init; }
    public bool Push { get; init; }
    public bool Load { get; init; }
    public bool Quiet { get; init; }
    public bool Check { get; init; }
    public string? Sbom { get; init; }
    public string? Provenance { get; init; }
    public string? MetadataFile { get; init; }
    public string? ImageIdFile { get; init; }
    public string? Progress { get; init; }
    public string? Builder { get; init; }
    public string? Call { get; init; }
    public string? Network { get; init; }
    public string? SharedMemory { get; init; }
    public string? CgroupParent { get; init; }
}
