using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Caches;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>One build that a client asked for, from its request to its answer.</summary>
/// <param name="request">What was asked for.</param>
/// <param name="bridge">What it works with.</param>
/// <param name="exports">Where its result goes.</param>
/// <param name="caches">Where its results go, to be found again.</param>
internal sealed class RunningBuild(SolveRequest request, BuildBridge bridge, ExportSet exports, CacheExporter caches)
{
    public string Id => request.Ref;

    public BuildBridge Bridge => bridge;

    /// <summary>Solves, and exports what came of it; gives what exporters say of it.</summary>
    public async Task<IReadOnlyDictionary<string, string>> RunAsync(CancellationToken cancellationToken)
    {
        var result = await FindResultAsync(cancellationToken).ConfigureAwait(false);
        await Task.WhenAll(result.Refs.Values.Select(r => r.SolveAsync(cancellationToken))).ConfigureAwait(false);
        if (request.Exporters.Count > 0) ResultImages.Validate(result);
        if (PlatformWarnings.Find(bridge.Attributes, result, bridge.Machine) is { } warning) bridge.Status.Warn(warning);
        var late = request.EnableSessionExporter && bridge.Lent.Client is { } client ? new SessionExports(client) : null;
        var all = late is null ? exports : exports.With(await late.FindAsync(result, exports.Count, cancellationToken).ConfigureAwait(false));
        var response = await all.RunAsync(bridge, result, cancellationToken).ConfigureAwait(false);
        foreach (var (key, value) in await caches.RunAsync(bridge, result, cancellationToken).ConfigureAwait(false)) response[key] = value;
        foreach (var (key, value) in result.Metadata.Where(m => m.Key.StartsWith("frontend.", StringComparison.Ordinal))) response[key] = value.ToStringUtf8();
        if (late is not null) await late.CompleteAsync(response, cancellationToken).ConfigureAwait(false);
        return response;
    }

    // A client that is its own frontend asks over the bridge, and says when it is done. A graph of nothing is a graph.
    private Task<FrontendResult> FindResultAsync(CancellationToken cancellationToken) => request is { Frontend.Length: 0, Definition: null }
        ? bridge.Returned.WaitAsync(cancellationToken)
        : bridge.SolveAsync(request.Definition, request.Frontend, bridge.Call, cancellationToken);
}
