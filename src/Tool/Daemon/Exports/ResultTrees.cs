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
            var found = result.Refs.GetValueOrDefault(ResultImages.KeyOf(result, id)) ?? result.Refs.Values.First();
            var layers = await bridge.Job.LayersOfAsync(await found.SolveAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            trees.Add(new PlatformTree(id.Length > 0 ? id : platform.ToString(), layers) { Statements = [.. await WriteAsync(result, id, cancellationToken).ConfigureAwait(false)] });
        }
        return trees;
    }

    private static async Task<IReadOnlyList<StatementFile>> WriteAsync(FrontendResult result, string id, CancellationToken cancellationToken)
    {
        var files = new List<StatementFile>();
        foreach (var statement in result.Statements.GetValueOrDefault(id, []).Where(s => !s.IsInlineOnly))
        {
            var predicate = await statement.Write([], cancellationToken).ConfigureAwait(false);
            files.Add(new StatementFile(statement.FileName, subjects => InTotoStatement.WriteForFiles(predicate, subjects.Select(s => (s.Path, s.Digest)))));
        }
        return files;
    }
}
