using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Which statements about its result a build is asked for (BuildKit's frontend/attestations): <c>attest:</c> attributes, and build arguments that say the same.</summary>
/// <param name="Sbom">What is in it; <c>null</c> for none.</param>
/// <param name="Provenance">How it was made; <c>null</c> for none.</param>
internal sealed record AttestRequest(SbomOptions? Sbom, ProvenanceOptions? Provenance)
{
    private const string Attribute = "attest:", BuildArgument = "build-arg:BUILDKIT_ATTEST_";

    /// <summary>Throws MBK2581 with all that is wrong.</summary>
    public static AttestRequest Of(IReadOnlyDictionary<string, string> attributes)
    {
        var faults = new List<string>();
        var (sbom, provenance) = ((SbomOptions?)null, (ProvenanceOptions?)null);
        foreach (var (kind, text) in Kinds(attributes))
        {
            if (Read(text) is not { } given) faults.Add($"failed to parse {kind}: '{text}' has quotes where there can be none: quote whole fields");
            else if (kind == "sbom") sbom = SbomOptions.Read(given, faults);
            else if (kind == "provenance") provenance = ProvenanceOptions.Read(given, faults);
            else faults.Add($"unknown attestation type \"{kind}\": ask for sbom or provenance");
        }
        return faults.Count == 0 ? new AttestRequest(sbom, provenance) : throw new StatementException(StatementException.BadRequest, ErrorKind.Invalid, string.Join("; ", faults));
    }

    private static Dictionary<string, string> Kinds(IReadOnlyDictionary<string, string> attributes)
    {
        var kinds = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
            if (key.StartsWith(Attribute, StringComparison.Ordinal)) kinds[key[Attribute.Length..].ToLowerInvariant()] = value;
            else if (key.StartsWith(BuildArgument, StringComparison.Ordinal)) kinds[key[BuildArgument.Length..].ToLowerInvariant()] = value;
        return kinds;
    }

    private static Dictionary<string, string>? Read(string text)
    {
        var fields = text.Length == 0 ? [] : CsvFields.Read(text);
        return fields?.Select(f => f.Split('=', 2)).GroupBy(f => f[0], StringComparer.Ordinal).ToDictionary(f => f.Key, f => f.Last().ElementAtOrDefault(1) ?? "", StringComparer.Ordinal);
    }
}
