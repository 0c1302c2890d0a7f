using MsBuildKit.TestKit;

namespace MsBuildKit.Benchmarks.Comparing;

/// <summary>What a daemon of BuildKit leaves mounted when it ends.</summary>
internal static class DaemonMounts
{
    /// <summary>Unmounts all below a folder.</summary>
    public static async Task RemoveAsync(string folder)
    {
        foreach (var line in await File.ReadAllLinesAsync("/proc/self/mounts"))
            if (line.Split(' ')[1] is var place && place.StartsWith(folder + "/", StringComparison.Ordinal)) await Command.RunAsync("umount", ["-l", place]);
    }
}
