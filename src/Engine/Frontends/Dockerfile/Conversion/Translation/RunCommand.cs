using System.Text;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>What a <c>RUN</c> runs.</summary>
/// <param name="Args">Program and arguments.</param>
/// <param name="Mounts">The script, where it is a file.</param>
/// <param name="Summary">The beginning of a document that is the command, or empty.</param>
internal sealed partial record RunCommand(IReadOnlyList<string> Args, IReadOnlyList<ExecMount> Mounts, string Summary)
{
    private const string ScriptFolder = "/dev/pipes/";
    private const int ScriptMode = 0b111_101_101;

    public static RunCommand Of(StageNode stage, RunInstruction instruction)
    {
        if (instruction.Heredocs.Count == 0) return InShell(stage, instruction.Command.Words, instruction.Command.IsShell);
        var text = instruction.Command.Words[0];
        if (!IsDocumentAlone(text)) return InShell(stage, [WithDocuments(text, instruction.Heredocs)], isShell: true);
        var document = instruction.Heredocs[0];
        var command = document.Content.StartsWith("#!", StringComparison.Ordinal) ? AsScript(stage, document) : InShell(stage, [document.Content], isShell: true);
        return command with { Summary = Summarize(document.Content) };
    }

    private static RunCommand InShell(StageNode stage, IReadOnlyList<string> words, bool isShell) =>
        new(isShell ? [.. stage.Image.Shell, string.Join(' ', words)] : words, [], "");

    private static RunCommand AsScript(StageNode stage, Heredoc document)
    {
        var script = LlbState.Scratch.File(
            "[internal] preparing inline document", FileStep.MakeFile(UnixPath.Join("/", document.Name), ScriptMode, Encoding.UTF8.GetBytes(document.Content)));
        var args = InShell(stage, [UnixPath.Join(ScriptFolder, document.Name)], isShell: true).Args;
        return new RunCommand(args, [ExecMount.Bind(ScriptFolder, script, readOnly: true, selector: "/")], "");
    }

    // The shell reads them itself.
    private static string WithDocuments(string text, IEnumerable<Heredoc> documents) =>
        documents.Aggregate(new StringBuilder(text), (all, d) => all.Append('\n').Append(d.Source).Append(d.Name)).ToString();

    private static string Summarize(string document)
    {
        var lines = document.Trim().ReplaceLineEndings("\n").Split('\n');
        return lines.Length > 1 ? lines[0] + "..." : lines[0];
    }

    private static bool IsDocumentAlone(string text) => Document().IsMatch(text);

    [GeneratedRegex("""^\d*<<-?(?:"[^"\s<]+"|'[^'\s<]+'|[^\s<"']+)$""")]
    private static partial Regex Document();
}
