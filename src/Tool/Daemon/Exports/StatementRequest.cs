namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Which statements about its image a build is asked for (<c>attest:</c> attributes), and what provenance tells of the request.</summary>
/// <param name="Sbom">An SPDX document.</param>
/// <param name="Provenance">SLSA provenance.</param>
/// <param name="Parameters">What was asked for; arguments and labels only when all is to be told.</param>
internal sealed record StatementRequest(bool Sbom, bool Provenance, IReadOnlyDictionary<string, string> Parameters)
{
    private const string SbomKey = "attest:sbom", ProvenanceKey = "attest:provenance";

    public bool IsAny => Sbom || Provenance;

    public static StatementRequest Of(IReadOnlyDictionary<string, string> attributes)
    {
        var isFull = attributes.TryGetValue(ProvenanceKey, out var how) && how.Split(',').Contains("mode=max");
        var told = attributes.Where(a => !a.Key.StartsWith("attest:", StringComparison.Ordinal) && !a.Key.StartsWith("cache-", StringComparison.Ordinal)
            && (isFull || !(a.Key.StartsWith("build-arg:", StringComparison.Ordinal) || a.Key.StartsWith("label:", StringComparison.Ordinal))));
        return new StatementRequest(IsOn(attributes, SbomKey), IsOn(attributes, ProvenanceKey), new SortedDictionary<string, string>(told.ToDictionary(), StringComparer.Ordinal));
    }

    private static bool IsOn(IReadOnlyDictionary<string, string> attributes, string key) =>
        attributes.TryGetValue(key, out var how) && !how.Split(',').Any(p => p is "disabled=true" or "false");
}
