using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Every place that one build's result goes to.</summary>
internal sealed class ExportSet(IReadOnlyList<IExport> exports)
{
    /// <summary>How many there are.</summary>
    public int Count => exports.Count;

    /// <summary>The same with others after them.</summary>
    public ExportSet With(IReadOnlyList<IExport> more) => more.Count == 0 ? this : new([.. exports, .. more]);

    /// <summary>Exports to each; what they say is put together, and the last that says something is right.</summary>
    public async Task<Dictionary<string, string>> RunAsync(BuildBridge bridge, FrontendResult result, CancellationToken cancellationToken)
    {
        var response = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var export in exports)
        {
            var said = await bridge.Status.RunAsync(export.Title, vertex => export.RunAsync(bridge, result, vertex, cancellationToken)).ConfigureAwait(false);
            foreach (var (key, value) in said) response[key] = value;
        }
        return response;
    }
}
