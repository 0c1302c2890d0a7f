namespace MsBuildKit.Engine.Packages;

/// <summary>A package as the archive's index describes it.</summary>
internal sealed record IndexedPackage
{
    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Architecture { get; init; }

    public string? MultiArch { get; init; }

    public string? Source { get; init; }

    /// <summary>Pre-Depends and Depends.</summary>
    public IReadOnlyList<IReadOnlyList<Relation>> Depends { get; init; } = [];

    /// <summary>Conflicts and Breaks.</summary>
    public IReadOnlyList<Relation> Conflicts { get; init; } = [];

    public IReadOnlyList<Relation> Provides { get; init; } = [];

    public string Path { get; init; } = "";

    public string Sha256 { get; init; } = "";

    public long Size { get; init; }

    /// <summary>The suite that has it.</summary>
    public string Suite { get; init; } = "";

    public static IndexedPackage From(Stanza stanza, string suite) => new()
    {
        Name = stanza["Package"] ?? "",
        Version = stanza["Version"] ?? "",
        Architecture = stanza["Architecture"] ?? "",
        MultiArch = stanza["Multi-Arch"],
        Source = stanza["Source"]?.Split(' ')[0],
        Depends = [.. Relation.Parse(stanza["Pre-Depends"]), .. Relation.Parse(stanza["Depends"])],
        Conflicts = [.. Relation.Parse(stanza["Conflicts"]).Concat(Relation.Parse(stanza["Breaks"])).SelectMany(g => g)],
        Provides = [.. Relation.Parse(stanza["Provides"]).SelectMany(g => g)],
        Path = stanza["Filename"] ?? "",
        Sha256 = stanza["SHA256"] ?? "",
        Size = long.TryParse(stanza["Size"], out var size) ? size : -1,
        Suite = suite,
    };
}
