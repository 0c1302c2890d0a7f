using MsBuildKit.Engine.Tests.Namespaces;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Runs one of <see cref="StepScenes"/> where a worker runs, in a process that can be nothing else.</summary>
public static class WorkerSpace
{
    // Runtimes ask only /sys/fs/cgroup whether cgroups are of version 2; every id must get through what trees are mounted below.
    private const string Setup = """
        [ -e /sys/fs/cgroup/cgroup.controllers ] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup || exit
        mount -t tmpfs -o mode=0711 tmpfs /mnt || exit
        export HOME=/tmp CANARY='of the host'; unset TMPDIR LC_ALL
        cd /
        """;

    /// <summary>Plays a scene; fails with what it said.</summary>
    /// <param name="scene">The name of a method.</param>
    /// <param name="asRoot">Whether root plays it.</param>
    /// <param name="runtime">The full path of what runs its steps; empty leaves it to the worker.</param>
    public static Task<string> PlayAsync(string scene, bool asRoot = false, string runtime = "") => InsideProcess.RunAsync(asRoot, PlayInsideAsync, Setup, $"{scene}@{runtime}");

    private static Task PlayInsideAsync(string folder)
    {
        var told = InsideProcess.ReadArgument().Split('@');
        StepBench.Runtime = told[1];
        return (Task)typeof(StepScenes).GetMethod(told[0])!.Invoke(null, null)!;
    }
}
