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
    /// <param name="arguments">The store's path, then the folders of programs.</param>
    /// <param name="output">Gets a line as soon as it runs, and one for each check.</param>
    public static async Task RunAsync(IReadOnlyList<string> arguments, Stream output)
    {
        var writer = new StreamWriter(output) { AutoFlush = true };
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteLineAsync(HostCheck.Good("/proc in a namespace", "can be mounted").ToLine()).ConfigureAwait(false);
            foreach (var check in Mounts(arguments[0], arguments.Skip(1))) await writer.WriteLineAsync(check.ToLine()).ConfigureAwait(false);
        }
    }

    private static IEnumerable<HostCheck> Mounts(string store, IEnumerable<string> searchPath)
    {
        yield return Try("place of trees", () => $"{Path.GetDirectoryName(WorkArea.Create([store, AppContext.BaseDirectory, .. searchPath]).Private)}, in memory");
        foreach (var check in Trees(store, searchPath)) yield return check;
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
    private static IEnumerable<HostCheck> Trees(string store, IEnumerable<string> searchPath)
    {
        var nearest = StoreLocation.Nearest(store);
        // What is tried is removed again: it must be in nobody else's folder.
        var folder = Path.Combine(nearest, ".msbuildkit-doctor-" + Path.GetRandomFileName());
        var checks = new List<HostCheck>();
        checks.Add(Try("trees of steps", () =>
        {
            Directory.CreateDirectory(folder);
            var chosen = Snapshotters.Choose(Snapshotters.Auto, folder, name => ProgramPath.Find(searchPath, name), (name, fault) =>
            {
                if (HostCheck.Bad(name, fault) is { Remedy: not null } check) checks.Add(check with { Outcome = CheckOutcome.Note });
            });
            return $"{chosen.Name}, on {new DriveInfo(nearest).DriveFormat}";
        }));
        using (var tree = RootedTree.Open(nearest)) tree.RemoveTree(Path.GetFileName(folder));
        return checks;
    }
}
