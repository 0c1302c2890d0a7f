namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class DuplicateStageNameCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var from in file.Stages.Select(s => s.From))
            if (from.StageName is { } name && !names.Add(name))
                sink.Warn(LintRules.DuplicateStageName, LintMessages.DuplicateStageName(name), from.Range, from);
    }
}
