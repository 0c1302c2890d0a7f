using MsBuildKit.Engine.Attestations;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What a build's record keeps of it, as far as it came.</summary>
internal sealed class RecordedFacts
{
    /// <summary>How its results were made, by the names of their trees.</summary>
    public List<(string Tree, Predicate Provenance)> Provenance { get; } = [];

    /// <summary>What each of its exporters said, in their order.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> Exported { get; set; } = [];
}
