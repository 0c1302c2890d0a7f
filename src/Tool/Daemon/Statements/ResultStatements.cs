using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Statements;

/// <summary>Makes everything that is said of a result: what its frontend says, what is in it, and how it was made, in this order.</summary>
/// <param name="bridge">Has the result.</param>
/// <param name="asked">What is wanted.</param>
/// <param name="provenance">Writes how it was made.</param>
internal sealed class ResultStatements(BuildBridge bridge, AttestRequest asked, ProvenanceMaker provenance)
{
    private readonly FrontendStatements _frontend = new(bridge);

    /// <summary>By the names that the result has for its platforms.</summary>
    /// <param name="result">Solved.</param>
    /// <param name="captures">How its trees came to be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, IReadOnlyList<ResultStatement>>> MakeAsync(FrontendResult result, IReadOnlyDictionary<string, CapturedResult> captures, CancellationToken cancellationToken)
    {
        var isScanned = result.Attestations.Values.SelectMany(a => a.Attestation).Any(a => a.InTotoPredicateType == SpdxDocument.PredicateType);
        var wanted = isScanned ? null : asked.Sbom;
        var scanner = await SbomScanner.FindAsync(bridge, wanted, cancellationToken).ConfigureAwait(false);
        var all = new Dictionary<string, IReadOnlyList<ResultStatement>>(StringComparer.Ordinal);
        foreach (var (id, platform) in ResultImages.Platforms(result, bridge.Machine))
        {
            var statements = new List<ResultStatement>();
            if (FindAttestations(result, id, platform) is { } told) statements.AddRange(await _frontend.ReadAsync(told, cancellationToken).ConfigureAwait(false));
            if (captures.GetValueOrDefault(ResultImages.KeyOf(result, id)) is { } capture)
            {
                if (scanner is not null) statements.AddRange(await _frontend.ReadAsync(new Attestations { Attestation = { scanner.Scan(platform.ToString(), LlbState.Of(capture.Tree.Graph!), new Dictionary<string, LlbState>()) } }, cancellationToken).ConfigureAwait(false));
                else if (wanted is not null) statements.Add(new ResultStatement("sbom.spdx.json", (names, token) => LookAsync(names, platform, capture, token)));
                if (asked.Provenance is { } options) statements.Add(ResultStatement.Of(options.FileName, await provenance.WriteAsync(capture, options, bridge.Now).ConfigureAwait(false)) with { IsInlineOnly = options.IsInlineOnly });
            }
            all[id] = statements;
        }
        return all;
    }

    private async Task<Predicate> LookAsync(IReadOnlyList<ImageReference> names, Platform platform, CapturedResult capture, CancellationToken cancellationToken) =>
        await bridge.Job.WriteSbomAsync(names, platform, await capture.Tree.SolveAsync(cancellationToken).ConfigureAwait(false), capture.Capture, cancellationToken).ConfigureAwait(false);

    // A frontend of one platform may know its tree by no name, and what it says of it by that of the platform.
    private static Attestations? FindAttestations(FrontendResult result, string id, Platform platform) => result.Attestations.GetValueOrDefault(id) ?? result.Attestations.GetValueOrDefault(platform.ToString());
}
