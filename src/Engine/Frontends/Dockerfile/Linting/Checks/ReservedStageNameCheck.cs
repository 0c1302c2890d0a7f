namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class ReservedStageNameCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var from in file.Stages.Select(s => s.From))
            if (from.StageName?.ToLowerInvariant() is "context" or "scratch")
                sink.Warn(LintRules.ReservedStageName, LintMessages.ReservedStageName(from.StageName), from.Range, from);
    }
}
