using MsBuildKit.Faults.Builds;
using MsBuildKit.Faults.Victims;

namespace MsBuildKit.Faults.SystemCalls;

/// <summary>The small build in a process of its own under strace.</summary>
/// <remarks>It has a process namespace of its own, so that its number, which names leases and staged files, is always the same; but is not the
/// first in it, for that one cannot be killed. It has one thread for all that the engine does, so that calls come in the same order.</remarks>
internal sealed class TracedBuild(string drill, SmallProject project)
{
    private static readonly KeyValuePair<string, string>[] s_oneThread = [new("DOTNET_PROCESSOR_COUNT", "1"), new("DOTNET_EnableDiagnostics", "0")];

    /// <summary>What the log is called that <see cref="RunAsync"/> leaves in the project's folder.</summary>
    public string Log => project.Output + ".strace";

    /// <summary>Builds undisturbed and lists its calls.</summary>
    public async Task<IReadOnlyList<CallPoint>> ListAsync(string folder)
    {
        var (exitCode, lines, errors) = await RunAsync("--seccomp-bpf", "-y", "-e", "trace=" + CallLog.Names);
        if (exitCode != 0) throw new InvalidOperationException($"The build under strace ended with {exitCode}: {string.Join('\n', lines)}{errors}");
        return CallLog.Read(await File.ReadAllLinesAsync(Log), folder);
    }

    /// <summary>Builds and harms one call. <c>Reached</c> is false when the call was never made.</summary>
    public async Task<(bool Reached, int ExitCode, string Said, string Errors)> HarmAsync(CallPoint point, Harm harm, string folder)
    {
        var what = harm switch { Harm.Kill => "signal=SIGKILL", Harm.Eio => "error=EIO", _ => "error=ENOSPC" };
        // Where strace only wakes for the calls that it traces, it can make them fail, but not kill.
        string[] waking = harm == Harm.Kill ? [] : ["--seccomp-bpf"];
        var (exitCode, lines, errors) = await RunAsync(
            [.. waking, "-P", Path.Combine(folder, point.Path), "-e", "trace=" + point.Call, "-e", $"inject={point.Call}:{what}:when={point.Occurrence}"]);
        var log = await File.ReadAllTextAsync(Log);
        var reached = harm == Harm.Kill ? log.Contains("killed by SIGKILL", StringComparison.Ordinal) : log.Contains("(INJECTED)", StringComparison.Ordinal);
        return (reached, exitCode, lines.Count > 0 ? lines[^1] : "", errors);
    }

    private async Task<(int ExitCode, IReadOnlyList<string> Lines, string Errors)> RunAsync(params IEnumerable<string> strace)
    {
        using var victim = Victim.Start(
            drill, ["build", project.Sources, project.Store, project.Output],
            ["strace", "-f", "-s", "0", "-o", Log, .. strace, "unshare", "--pid", "--fork", "sh", "-c", "\"$@\"; exit $?", "sh"], s_oneThread);
        return await victim.EndAsync();
    }
}
