using MsBuildKit.Engine.Attestations;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>The files of a frontend's result, by platform.</summary>
internal static class ResultTrees
{
    /// <summary>Whether the result names its platforms.</summary>
    public static bool IsSplit(FrontendResult result) => !result.Refs.ContainsKey(FrontendResult.Only) && result.Refs.Count > 0;

    public static async Task<IReadOnlyList<PlatformTree>> OfAsync(BuildBridge bridge, FrontendResult result, CancellationToken cancellationToken)
    {
        var trees = new List<PlatformTree>();
        foreach (var (id, platform) in result.Refs.Count == 0 ? [] : ResultImages.Platforms(result, bridge.Machine))
        {
            var found = result.Refs.GetValueOrDefault(id) ?? result.Refs.Values.First();
            var layers = await bridge.Job.LayersOfAsync(await found.SolveAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            var statements = await FrontendStatements.OfAsync(bridge, result, id, cancellationToken).ConfigureAwait(false);
            trees.Add(new PlatformTree(id.Length > 0 ? id : platform.ToString(), layers)
            {
                Statements = [.. statements.Where(s => !s.IsInlineOnly).Select(s => new StatementFile(s.FileName, files => InTotoStatement.WriteForFiles(s, [.. files.Select(f => (f.Path, f.Digest))])))],
            });
        }
        return trees;
    }
}
