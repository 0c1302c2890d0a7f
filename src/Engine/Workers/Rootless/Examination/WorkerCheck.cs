using System.Runtime.Versioning;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>What a worker sees of its own place: one line a check.</summary>
[SupportedOSPlatform("linux")]
public static class WorkerCheck
{
    /// <summary>The worker's first argument.</summary>
    public const string Mode = "check";

    /// <summary>Looks around and writes what it found.</summary>
    /// <param name="arguments">From <see cref="WorkerArguments"/>.</param>
    /// <param name="output">Gets a line as soon as it runs, and one for each check.</param>
    /// <param name="time">The clock.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments, Stream output, TimeProvider time)
    {
        var writer = new StreamWriter(output) { AutoFlush = true };
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteLineAsync(HostCheck.Good("/proc in a namespace", "can be mounted").ToLine()).ConfigureAwait(false);
            var told = WorkerArguments.Parse(arguments);
            WorkArea? area = null;
            HostCheck[] mounts =
            [
                Try("place of trees", () => $"{Path.GetDirectoryName((area = told.CreateArea()).Private)}, in memory"),
                .. Trees(told),
            ];
            if (area is not null) mounts = [.. mounts, await PlatformCheck.RunAsync(told.RunnerOptions(area), time).ConfigureAwait(false)];
            foreach (var check in mounts) await writer.WriteLineAsync(check.ToLine()).ConfigureAwait(false);
        }
    }

    private static HostCheck Try(string name, Func<string> act)
    {
        try
        {
            return HostCheck.Good(name, act());
        }
        catch (BuildException e)
        {
            return HostCheck.Bad(name, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return HostCheck.Bad(name, e.Message.TrimEnd('.'), "Check who owns the folder of the cache and what its file system allows.");
        }
    }

    // Where layers are unpacked, with what a step does there. A better way that cannot be had is no fault, but worth knowing.
    private static IEnumerable<HostCheck> Trees(WorkerArguments told)
    {
        var nearest = StoreLocation.Nearest(told.Store);
        // What is tried is removed again: it must be in nobody else's folder.
        var folder = Path.Combine(nearest, ".msbuildkit-doctor-" + Path.GetRandomFileName());
        var checks = new List<HostCheck>();
        checks.Add(Try("trees of steps", () =>
        {
            Directory.CreateDirectory(folder);
            var chosen = Snapshotters.Choose(told.Snapshotter, folder, told.FindProgram, (name, fault) => checks.Add(HostCheck.Bad(name, fault) with { Outcome = CheckOutcome.Note }));
            return $"{chosen.Name}, on {new DriveInfo(nearest).DriveFormat}";
        }));
        using (var tree = RootedTree.Open(nearest)) tree.RemoveTree(Path.GetFileName(folder));
        return checks;
    }
}
