using System.Text;

namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>What a step is called: in the log while it runs, and in the history of the image.</summary>
internal static class StepTitle
{
    private const int Longest = 100;

    /// <summary>Such as <c>run fonts: apt-get update &amp;&amp; apt-get install ...</c>, on one line.</summary>
    public static string Of(ProjectStep step) => $"run {step.Name}: {Shorten(step.Script?.Path ?? step.Command ?? "")}";

    /// <summary>As BuildKit writes it, for tools that read histories.</summary>
    public static string History(ProjectStep step, IReadOnlyList<string> shell) => step.Script is { } script
        ? $"RUN {script.Path} # buildkit"
        : $"RUN {string.Join(' ', shell)} {step.Command} # buildkit";

    private static string Shorten(string text)
    {
        var line = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            var isBlank = Rune.IsWhiteSpace(rune) || Rune.IsControl(rune);
            if (isBlank && (line.Length == 0 || line[^1] == ' ')) continue;
            if (line.Length >= Longest) return line.ToString().TrimEnd() + " ...";
            line.Append(isBlank ? " " : rune.ToString());
        }
        return line.ToString().TrimEnd();
    }
}
