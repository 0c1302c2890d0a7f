namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class StageNameCasingCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var from in file.Stages.Select(s => s.From))
            if (from.StageName is { } name && name.Any(char.IsUpper))
                sink.Warn(LintRules.StageNameCasing, LintMessages.StageNameCasing(name), from.Range, from);
    }
}
