using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Every place that one build's result goes to.</summary>
internal sealed class ExportSet(IReadOnlyList<IExport> exports)
{
    /// <summary>How many there are.</summary>
    public int Count => exports.Count;

    /// <summary>The same with others after them.</summary>
    public ExportSet With(IReadOnlyList<IExport> more) => more.Count == 0 ? this : new([.. exports, .. more]);

    /// <summary>Exports to each; what each says.</summary>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string>>> RunAsync(BuildBridge bridge, FrontendResult result, CancellationToken cancellationToken)
    {
        var said = new List<IReadOnlyDictionary<string, string>>();
        foreach (var export in exports)
            said.Add(await bridge.Status.RunAsync(export.Title, vertex => export.RunAsync(bridge, result, vertex, cancellationToken)).ConfigureAwait(false));
        return said;
    }

    /// <summary>What all said together: the last that says something is right.</summary>
    public static Dictionary<string, string> Join(IEnumerable<IReadOnlyDictionary<string, string>> said)
    {
        var response = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in said.SelectMany(s => s)) response[key] = value;
        return response;
    }
}
