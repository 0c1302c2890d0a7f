using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>Errors in the words that clients of BuildKit know, where they have any.</summary>
internal static class FailureText
{
    // A step whose program the runtime could not start.
    private const string NotStarted = "MBK2016";

    public static string Of(BuildException error)
    {
        if (error is SolveException { Vertex.Op.Exec.Meta: { } meta, InnerException: WorkerException { Code: NotStarted } why })
            return $"process \"{string.Join(' ', meta.Args)}\" did not complete successfully: {why.Message}";
        if (FindStep(error) is { } step) return $"process \"{string.Join(' ', step.Args)}\" did not complete successfully: exit code: {step.ExitCode}";
        // Which vertex it was is told apart from the message.
        return error is SolveException { InnerException: BuildException cause } ? Of(cause) : error.Message;
    }

    /// <summary>How the step ended that an error is about, or <c>null</c>.</summary>
    public static StepFailure? FindStep(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
            if (error is WorkerException { Failure: { } step })
                return step;
        return null;
    }
}
