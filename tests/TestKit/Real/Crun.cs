namespace MsBuildKit.TestKit.Real;

/// <summary>Runs bundles on the host's network, the same on a machine with cgroups of version 2 and on a hybrid one.</summary>
public static class Crun
{
    // crun refuses hybrid cgroups, but asks only /sys/fs/cgroup: where version 2 is mounted below, a mount namespace shows it there.
    private const string Script = """
        [ -e /sys/fs/cgroup/cgroup.controllers ] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup || exit
        exec "$0" --cgroup-manager=disabled --root "$1" run --bundle "$2" "$3"
        """;

    /// <summary>Starts as root; whoever gets the container disposes of it.</summary>
    public static RunningContainer Start(Bundle bundle)
    {
        if (!Environment.IsPrivilegedProcess) RealTool.Missing("Only root can run a container outside a user namespace.");
        return Start(bundle, [RealTool.Find("unshare"), .. Isolation]);
    }

    /// <summary>Starts as an unprivileged user who is root in a namespace of its own, with all the ids it may use.</summary>
    public static RunningContainer StartRootless(Bundle bundle) =>
        Start(bundle, TestUser.Wrap([RealTool.Find("unshare"), "--user", "--map-auto", "--map-root-user", .. Isolation]));

    /// <summary>Runs to the end as root.</summary>
    public static async Task<CommandResult> RunAsync(Bundle bundle)
    {
        await using var container = Start(bundle);
        return await container.WaitAsync();
    }

    /// <summary>Runs to the end as an unprivileged user.</summary>
    public static async Task<CommandResult> RunRootlessAsync(Bundle bundle)
    {
        await using var container = StartRootless(bundle);
        return await container.WaitAsync();
    }

    // With a process namespace around it, nothing of a container outlives the process that is killed.
    private static IEnumerable<string> Isolation => ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

    private static RunningContainer Start(Bundle bundle, IReadOnlyList<string> enter)
    {
        bundle.ShareHost();
        return new RunningContainer([.. enter, "sh", "-c", Script, RealTool.Find("crun"), Path.Combine(bundle.Path, "state"), bundle.Path, Path.GetRandomFileName()]);
    }
}
