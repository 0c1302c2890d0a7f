using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class MaintainerCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var maintainer in file.Stages.SelectMany(s => s.Instructions).OfType<MaintainerInstruction>())
            sink.Warn(LintRules.MaintainerDeprecated, LintMessages.MaintainerDeprecated(), maintainer.Range, maintainer);
    }
}
