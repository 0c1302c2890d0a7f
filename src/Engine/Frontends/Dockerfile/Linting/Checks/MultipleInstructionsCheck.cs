using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

/// <summary>The place is that of the instruction that does not count.</summary>
internal sealed class MultipleInstructionsCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var stage in file.Stages)
            foreach (var same in stage.Instructions.Where(i => i is CmdInstruction or EntrypointInstruction or HealthcheckInstruction).GroupBy(i => i.Name))
                foreach (var (lost, next) in same.Zip(same.Skip(1)))
                    sink.Warn(
                        LintRules.MultipleInstructionsDisallowed, LintMessages.MultipleInstructionsDisallowed(lost.Name.ToUpperInvariant()), lost.Range, next);
    }
}
