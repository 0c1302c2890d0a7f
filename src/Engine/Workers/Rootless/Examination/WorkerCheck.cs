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
                Try("overlay", () => Overlay(told.Store)),
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

    // Where layers are unpacked, with what a step does there: it changes a file of the layers below, and removes it.
    private static string Overlay(string store)
    {
        var folder = StoreLocation.Nearest(store);
        var name = ".msbuildkit-doctor-" + Path.GetRandomFileName();
        string[] parts = [.. new[] { "lower", "upper", "work", "root" }.Select(n => Path.Combine(folder, name, n))];
        try
        {
            foreach (var part in parts) Directory.CreateDirectory(part);
            File.WriteAllText(Path.Combine(parts[0], "file"), "");
            using var mount = OverlayMount.Writable(parts[3], [parts[0]], parts[1], parts[2]);
            Rootless.Mounts.Own(Path.Combine(mount.Target, "file"), StepIds.First, StepIds.First);
            File.Delete(Path.Combine(mount.Target, "file"));
            using var upper = RootedTree.Open(parts[1]);
            if (upper.Find("file") is not { IsWhiteout: true }) throw new IOException("a file that is removed leaves no mark");
            mount.Unmount();
            return $"can be mounted on {new DriveInfo(folder).DriveFormat}";
        }
        finally
        {
            using var tree = RootedTree.Open(folder);
            tree.RemoveTree(name);
        }
    }
}
