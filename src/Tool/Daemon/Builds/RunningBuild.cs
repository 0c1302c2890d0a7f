using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>One build that a client asked for, from its request to its answer.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="bridge">What it works with.</param>
/// <param name="exports">Where its result goes.</param>
/// <param name="caches">Where its results go, to be found again.</param>
/// <param name="attested">What is wanted to be said of the result.</param>
/// <param name="provenance">Writes how it was made.</param>
/// <param name="facts">Gets what records of builds keep of it.</param>
internal sealed class RunningBuild(SolveRequest request, BuildBridge bridge, ExportSet exports, CacheExporter caches, AttestRequest attested, ProvenanceMaker provenance, RecordedFacts facts)
{
    public string Id => request.Ref;

    public BuildBridge Bridge => bridge;

    /// <summary>Solves, and exports what came of it; gives what exporters say of it.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(CancellationToken cancellationToken)
    {
        var result = await FindResultAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(result.Refs.Values.Select(r => r.SolveAsync(cancellationToken))).ConfigureAwait(false);
        if (request.Exporters.Count > 0) ResultImages.Validate(result);
        var captures = await new ResultCaptures(bridge).GatherAsync(result, cancellationToken).ConfigureAwait(false);
        if (!request.Internal) await RecordAsync(captures).ConfigureAwait(false);
        result = result with { Statements = await new ResultStatements(bridge, attested, provenance).MakeAsync(result, captures, cancellationToken).ConfigureAwait(false) };
        if (PlatformWarnings.Find(request.FrontendAttrs.AsReadOnly(), result, bridge.Machine) is { } warning) bridge.Status.Warn(warning);
        var late = request.EnableSessionExporter && bridge.Lent.Client is { } client ? new SessionExports(client) : null;
        var all = late is null ? exports : exports.With(await late.FindAsync(result, exports.Count, cancellationToken).ConfigureAwait(false));
        facts.Exported = await all.RunAsync(bridge, result, cancellationToken).ConfigureAwait(false);
        var response = ExportSet.Join(facts.Exported);
        foreach (var (key, value) in await caches.RunAsync(bridge, result, cancellationToken).ConfigureAwait(false)) response[key] = value;
        foreach (var (key, value) in result.Metadata.Where(m => m.Key.StartsWith("frontend.", StringComparison.Ordinal))) response[key] = value.ToStringUtf8();
        if (late is not null) await late.CompleteAsync(response, cancellationToken).ConfigureAwait(false);
        return response;
    }

    private async Task RecordAsync(IReadOnlyDictionary<string, CapturedResult> captures)
    {
        var options = ProvenanceOptions.OfRecords with { BuilderId = attested.Provenance?.BuilderId ?? "" };
        foreach (var (tree, capture) in captures) facts.Provenance.Add((tree, await provenance.WriteAsync(capture, options, bridge.Now).ConfigureAwait(false)));
    }

    // A client that is its own frontend asks over the bridge, and says when it is done. A graph of nothing is a graph.
    private Task<FrontendResult> FindResultAsync(CancellationToken cancellationToken) => request is { Frontend.Length: 0, Definition: null }
        ? bridge.Returned.WaitAsync(cancellationToken)
        : bridge.SolveAsync(request.Definition, request.Frontend, bridge.Call, cancellationToken);
}
