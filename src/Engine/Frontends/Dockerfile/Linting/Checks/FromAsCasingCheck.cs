namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class FromAsCasingCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var from in file.Stages.Select(s => s.From))
            if (from.AsKeyword is { } keyword && Differ(Keywords.CasingOf(from.Keyword), Keywords.CasingOf(keyword)))
                sink.Warn(LintRules.FromAsCasing, LintMessages.FromAsCasing(from.Keyword, keyword), from.Range, from);
    }

    // A FROM of both cases is another check's.
    private static bool Differ(KeywordCasing from, KeywordCasing keyword) => from != KeywordCasing.Mixed && from != keyword;
}
