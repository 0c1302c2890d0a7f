using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting.Checks;

/// <summary>Whoever chose a shell with <c>SHELL</c> wants one, here or in a stage that this one begins with.</summary>
internal sealed class JsonArgsCheck : ILintCheck
{
    public void Check(ParsedDockerfile file, ILintSink sink)
    {
        var withShell = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var stage in file.Stages)
        {
            var hasShell = CheckStage(stage, withShell.Contains(stage.From.Image), sink);
            if (stage.From.StageName is not { } name) continue;
            if (hasShell) withShell.Add(name);
            else withShell.Remove(name);
        }
    }

    private static bool CheckStage(Stage stage, bool hasShell, ILintSink sink)
    {
        foreach (var instruction in stage.Instructions)
        {
            hasShell |= instruction is ShellInstruction;
            if (hasShell || !IsShellForm(instruction)) continue;
            sink.Warn(
                LintRules.JsonArgsRecommended, LintMessages.JsonArgsRecommended(instruction.Name.ToUpperInvariant()), instruction.Range, instruction);
        }
        return hasShell;
    }

    private static bool IsShellForm(Instruction instruction) => instruction switch
    {
        CmdInstruction cmd => cmd.Command.IsShell,
        EntrypointInstruction entrypoint => entrypoint.Command.IsShell,
        _ => false,
    };
}
