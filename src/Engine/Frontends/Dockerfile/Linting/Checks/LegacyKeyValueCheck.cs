using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class LegacyKeyValueCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var instruction in file.Stages.SelectMany(s => s.Instructions).Where(i => Pairs(i).Any(p => p.IsLegacy)))
            sink.Warn(
                LintRules.LegacyKeyValueFormat, LintMessages.LegacyKeyValueFormat(instruction.Name.ToUpperInvariant()), instruction.Range, instruction);
    }

    private static IReadOnlyList<KeyValue> Pairs(Instruction instruction) => instruction switch
    {
        EnvInstruction env => env.Pairs,
        LabelInstruction label => label.Pairs,
        _ => [],
    };
}
