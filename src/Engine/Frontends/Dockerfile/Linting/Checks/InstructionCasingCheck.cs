namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class InstructionCasingCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        var instructions = file.Stages.SelectMany(s => s.Instructions.Prepend(s.From)).ToList();
        var casings = instructions.ToLookup(i => Keywords.CasingOf(i.Keyword));
        var most = casings[KeywordCasing.Lower].Count() > casings[KeywordCasing.Upper].Count() ? KeywordCasing.Lower : KeywordCasing.Upper;
        var shown = most == KeywordCasing.Lower ? "lowercase" : "uppercase";
        foreach (var instruction in instructions.Where(i => Keywords.CasingOf(i.Keyword) != most))
            sink.Warn(
                LintRules.ConsistentInstructionCasing, LintMessages.ConsistentInstructionCasing(instruction.Keyword, shown), instruction.Range, instruction);
    }
}
