using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Every place that one build's result goes to.</summary>
internal sealed class ExportSet(IReadOnlyList<IExport> exports)
{
    /// <summary>Exports to each; what they say is put together, and the first that says something is right.</summary>
    public async Task<Dictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, CancellationToken cancellationToken)
    {
        var response = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var export in exports)
        {
            var said = await bridge.Status.RunAsync(export.Title, _ => export.RunAsync(bridge, result, cancellationToken)).ConfigureAwait(false);
            foreach (var (key, value) in said) response.TryAdd(key, value);
        }
        return response;
    }
}
