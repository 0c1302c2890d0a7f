using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

internal sealed class DescriptionCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        var lines = file.Text.Split('\n');
        var args = file.GlobalArgs.Concat(file.Stages.SelectMany(s => s.Instructions).OfType<ArgInstruction>());
        foreach (var arg in args.Where(a => IsCommented(lines, a.Range)))
            Check(arg, [.. arg.Args.Select(a => a.Key)], sink);
        foreach (var from in file.Stages.Select(s => s.From).Where(f => IsCommented(lines, f.Range)))
            if (from.StageName is { } name)
                Check(from, [name.ToLowerInvariant()], sink);
    }

    // A comment with an empty line below it is of something else.
    private static bool IsCommented(string[] lines, TextRange range) => range.Line > 1 && lines[range.Line - 2].TrimStart().StartsWith('#');

    private static void Check(Instruction instruction, IReadOnlyList<string> names, ILintSink sink)
    {
        if (instruction.Comments.LastOrDefault(c => !IsOption(c)) is not { } comment || names.Contains(comment.TrimStart().Split(' ')[0])) return;
        var message = LintMessages.InvalidDefinitionDescription(instruction.Name.ToUpperInvariant(), names.Count == 1 ? names[0] : "<name>");
        sink.Warn(LintRules.InvalidDefinitionDescription, message, instruction.Range, instruction);
    }

    private static bool IsOption(string comment) => comment.TrimStart().StartsWith("check=", StringComparison.OrdinalIgnoreCase);
}
