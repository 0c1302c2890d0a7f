using System.Diagnostics;
using System.Globalization;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Runs one of <see cref="StepScenes"/> where a worker runs: as root of a user, mount and process namespace, in a process that can be
/// nothing else. The caller is root, or the user that eng/prerequisites.sh makes.</summary>
public static class WorkerSpace
{
    private const string Variable = "MSBUILDKIT_TEST_SCENE", User = "msbuildkit-test", Done = "scene passed";

    // Runtimes ask only /sys/fs/cgroup whether cgroups are of version 2; every id must get through what trees are mounted below.
    private const string Setup = """
        read -r go || exit
        [ -e /sys/fs/cgroup/cgroup.controllers ] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup || exit
        mount -t tmpfs -o mode=0711 tmpfs /mnt || exit
        exec "$0" "$@"
        """;

    /// <summary>Plays a scene; fails with what it said.</summary>
    public static async Task<string> PlayAsync(string scene, bool asRoot = false)
    {
        if (!Environment.IsPrivilegedProcess) RealTool.Missing("Only root can be root and somebody else.");
        var wrap = asRoot ? [] : AsUser();
        string[] line = [.. wrap, RealTool.Find("unshare"), "--user", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--", "/bin/sh", "-c", Setup, Program];
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(WorkerSpace).Assembly.Location;
        start.Environment["HOME"] = "/tmp";
        start.Environment["CANARY"] = "of the host";
        start.Environment[Variable] = scene;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await MapAsync(process, asRoot, wrap);
            await process.StandardInput.WriteLineAsync("go");
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(2));
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
        var said = await output + await error;
        Assert.True(process.ExitCode == 0 && said.Contains(Done, StringComparison.Ordinal), $"'{scene}' ended with {process.ExitCode}:\n{said}");
        return said;
    }

    /// <summary>What the process inside does instead of running tests.</summary>
    internal static void PlayIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } scene) return;
        try
        {
            ((Task)typeof(StepScenes).GetMethod(scene)!.Invoke(null, null)!).GetAwaiter().GetResult();
            Console.WriteLine(Done);
            Environment.Exit(0);
        }
        catch (Exception e)
        {
            Console.WriteLine(e);
            Environment.Exit(1);
        }
    }

    private static string Program => Path.ChangeExtension(typeof(WorkerSpace).Assembly.Location, null);

    private static string[] AsUser()
    {
        var fields = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(f => f[0] == User);
        if (fields is null) RealTool.Missing($"There is no user '{User}': run eng/prerequisites.sh.");
        return [RealTool.Find("setpriv"), $"--reuid={fields![2]}", $"--regid={fields[3]}", "--clear-groups", "--"];
    }

    // unshare waits for nobody, so the map is made from outside while the first program inside waits for a line.
    private static async Task MapAsync(Process process, bool asRoot, string[] wrap)
    {
        var ours = new FileInfo("/proc/self/ns/user").LinkTarget;
        for (var clock = Stopwatch.StartNew(); new FileInfo($"/proc/{process.Id}/ns/user").LinkTarget == ours; await Task.Delay(2))
            if (process.HasExited || clock.Elapsed > TimeSpan.FromSeconds(10))
                throw new InvalidOperationException("unshare made no user namespace.");
        if (asRoot)
        {
            foreach (var kind in (string[])["uid", "gid"]) await File.WriteAllTextAsync($"/proc/{process.Id}/{kind}_map", "0 0 1\n1 2000000000 65535\n");
            return;
        }
        foreach (var kind in (string[])["uid", "gid"])
        {
            var own = (await Command.RunAsync(wrap[0], [.. wrap.Skip(1), RealTool.Find("id"), kind == "uid" ? "-u" : "-g"])).Succeeded().Output.Trim();
            var first = File.ReadLines($"/etc/sub{kind}").First(l => l.StartsWith(User + ":", StringComparison.Ordinal)).Split(':')[1];
            string[] map = [RealTool.Find($"new{kind}map"), process.Id.ToString(CultureInfo.InvariantCulture), "0", own, "1", "1", first, "65535"];
            (await Command.RunAsync(wrap[0], [.. wrap.Skip(1), .. map])).Succeeded();
        }
    }
}
