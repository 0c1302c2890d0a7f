namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class EmptyContinuationCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var range in file.EmptyContinuations) sink.Warn(LintRules.NoEmptyContinuation, LintMessages.NoEmptyContinuation(), range);
    }
}
