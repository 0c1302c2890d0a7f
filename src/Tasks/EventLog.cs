using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tasks;

/// <summary>Tells MSBuild's log what happens in a build.</summary>
internal sealed class EventLog(TaskLoggingHelper log, string projectFile) : IProgress<BuildEvent>
{
    private readonly StepLines _lines = new();

    public void Report(BuildEvent value)
    {
        switch (value)
        {
            case StepStarted started:
                log.LogMessage(MessageImportance.Low, "  {0} ...", started.Name);
                break;
            case StepOutput output:
                _lines.Add(output, Show);
                break;
            case StepCompleted { Error: not null } failed:
                _lines.Complete(failed.Name, Show);
                break;
            case StepCompleted completed:
                _lines.Complete(completed.Name, Show);
                log.LogMessage(MessageImportance.Normal, "  {0} {1}", completed.Name, completed.Cached ? "(cached)" : $"({completed.Elapsed.TotalSeconds:F1} s)");
                break;
            case BuildMessage { Level: MessageLevel.Warning } warning:
                log.LogWarning(null, warning.Code, null, warning.Position?.File ?? projectFile, warning.Position?.Line ?? 0, warning.Position?.Column ?? 0, 0, 0, "{0}", warning.Text);
                break;
            case BuildMessage message:
                log.LogMessage(message.Level == MessageLevel.Info ? MessageImportance.Normal : MessageImportance.Low, "  {0}", message.Text);
                break;
        }
    }

    private void Show(string line) => log.LogMessage(MessageImportance.Normal, "    {0}", line);

    /// <summary>The one line that the terminal logger shows: it knows a project's output by the form <c>name -> path</c>.</summary>
    public static string Summarize(string projectName, BuildRecord record, string happened) =>
        $"{projectName} -> {record.LayoutDirectory} ({Familiar(record.Names[0])}, {record.Digest[..19]}, {happened})";

    /// <summary>What became of the layers.</summary>
    public static string Describe(BuildResult result) =>
        $"{result.ReusedLayers} layers reused, {(result.NewLayers == 0 ? "nothing new" : $"{result.NewLayers} new, {Size(result.NewBytes)}")}";

    private static string Familiar(string name) => name.StartsWith("docker.io/library/", StringComparison.Ordinal) ? name["docker.io/library/".Length..]
        : name.StartsWith("docker.io/", StringComparison.Ordinal) ? name["docker.io/".Length..]
        : name;

    private static string Size(long bytes) => bytes switch
    {
        < 1000 => $"{bytes} B",
        < 1_000_000 => $"{bytes / 1000.0:F0} kB",
        _ => $"{bytes / 1_000_000.0:F1} MB",
    };
}
