using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>How provenance is told.</summary>
internal sealed record ProvenanceOptions
{
    /// <summary>As records of builds keep it.</summary>
    public static ProvenanceOptions OfRecords { get; } = new();

    /// <summary>The graph is told, and what a frontend was given.</summary>
    public bool IsFull { get; init; } = true;

    /// <summary>SLSA v0.2 instead of v1.</summary>
    public bool IsOlder { get; init; }

    public string BuilderId { get; init; } = "";

    public string FileName { get; init; } = "provenance.json";

    public bool IsReproducible { get; init; }

    /// <summary>It belongs nowhere but into images.</summary>
    public bool IsInlineOnly { get; init; }

    /// <summary>A result of which not all can be said is an error.</summary>
    public bool NeedsAllMaterials { get; init; }

    /// <summary>What parameters say; <c>null</c> when they say that none is wanted.</summary>
    public static ProvenanceOptions? Read(Dictionary<string, string> given, List<string> faults)
    {
        if (given.GetValueOrDefault("disabled") == "true") return null;
        var (mode, version) = (given.GetValueOrDefault("mode", "max"), given.GetValueOrDefault("version", "v1"));
        if (mode is not ("max" or "full" or "min")) faults.Add($"invalid mode \"{mode}\": use min or max");
        if (version is not ("v1" or "v0.2")) faults.Add($"invalid provenance SLSA version: {version}: use v1 or v0.2");
        return new ProvenanceOptions
        {
            IsFull = mode != "min",
            IsOlder = version == "v0.2",
            BuilderId = given.GetValueOrDefault("builder-id", ""),
            FileName = given.GetValueOrDefault("filename", "provenance.json"),
            IsReproducible = Flag("reproducible"),
            IsInlineOnly = GoBoolean.Parse(given.GetValueOrDefault("inline-only", "")) is true,
            NeedsAllMaterials = Flag("complete-materials"),
        };

        bool Flag(string key)
        {
            if (!given.TryGetValue(key, out var text)) return false;
            if (GoBoolean.Parse(text) is { } flag) return flag;
            faults.Add($"failed to parse {key} flag \"{text}\": use true or false");
            return false;
        }
    }
}
