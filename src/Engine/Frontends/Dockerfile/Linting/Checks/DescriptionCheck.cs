using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class DescriptionCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        foreach (var arg in file.GlobalArgs) CheckArg(arg, sink);
        foreach (var stage in file.Stages)
        {
            if (stage.From.StageName is { } name) Check(stage.From, [name.ToLowerInvariant()], name.ToLowerInvariant(), sink);
            foreach (var arg in stage.Instructions.OfType<ArgInstruction>()) CheckArg(arg, sink);
        }
    }

    private static void CheckArg(ArgInstruction arg, ILintSink sink) =>
        Check(arg, [.. arg.Args.Select(a => a.Key)], arg.Args.Count == 1 ? arg.Args[0].Key : "<name>", sink);

    private static void Check(Instruction instruction, IReadOnlyList<string> names, string shown, ILintSink sink)
    {
        if (instruction.Comments.LastOrDefault(c => !IsOption(c)) is not { } comment || names.Contains(comment.TrimStart().Split(' ')[0])) return;
        sink.Warn(
            LintRules.InvalidDefinitionDescription, LintMessages.InvalidDefinitionDescription(instruction.Name.ToUpperInvariant(), shown), instruction.Range,
            instruction);
    }

    private static bool IsOption(string comment) => comment.TrimStart().StartsWith("check=", StringComparison.OrdinalIgnoreCase);
}
