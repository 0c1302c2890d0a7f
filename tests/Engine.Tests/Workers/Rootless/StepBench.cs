using System.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>A tree of busybox, mounted as a worker mounts it, and a runner for steps in it. Made by hand, so that nothing else is tested.</summary>
internal sealed class StepBench
{
    public const string Home = "/mnt/bench";

    private static int s_trees;

    public StepBench(StepGrants? grants = null, string? searchPath = null, string? resolver = null, bool connectsAhead = false, bool registersEmulators = true, IReadOnlyList<string>? deviceFolders = null)
    {
        Directory.CreateDirectory(Home);
        Directory.CreateDirectory(Scratch, (UnixFileMode)0b111_000_000);
        Directory.CreateDirectory(Home + "/trials");
        Runner = new StepRunner(
            new StepRunnerOptions { Scratch = Scratch, Trees = Home + "/trials", SearchPath = searchPath ?? Environment.GetEnvironmentVariable("PATH")!, Runtime = Runtime, Grants = grants ?? new StepGrants(), HostResolver = resolver ?? "/etc/resolv.conf", ConnectsAhead = connectsAhead, RegistersEmulators = registersEmulators, DeviceFolders = deviceFolders ?? [] },
            TimeProvider.System);
    }

    /// <summary>What runs the steps of all benches of a process.</summary>
    public static string Runtime { get; set; } = "";

    public static string Scratch => Home + "/scratch";

    public StepRunner Runner { get; }

    public StepText Text { get; } = new();

    /// <summary>Mounts a tree for the step that <paramref name="make"/> describes; <paramref name="fill"/> adds to its files.</summary>
    public static StepSpec Mount(Func<string, StepSpec> make, Action<string>? fill = null)
    {
        var name = $"{Home}/tree{s_trees++}";
        foreach (var part in (string[])["stubs", "lower", "upper", "work", "root"]) Directory.CreateDirectory($"{name}/{part}");
        var spec = make(name + "/root");
        Fill(name + "/lower");
        fill?.Invoke(name + "/lower");
        foreach (var point in MountPoints.Needed(spec))
        {
            var path = name + "/stubs" + point.Path;
            Directory.CreateDirectory(point.IsFile ? Path.GetDirectoryName(path)! : path);
            if (point.IsFile) File.WriteAllBytes(path, []);
        }
        Run("chown", "-Rh", "1:1", name);
        Run("mount", "-t", "overlay", "overlay", "-o", $"lowerdir={name}/lower:{name}/stubs,upperdir={name}/upper,workdir={name}/work,userxattr", name + "/root");
        return spec;
    }

    /// <summary>What a step left in its layer, with the kind of each entry.</summary>
    public static IReadOnlyList<string> Left(StepSpec spec)
    {
        var upper = Path.Combine(Path.GetDirectoryName(spec.Root)!, "upper");
        return [.. Directory.EnumerateFileSystemEntries(upper, "*", SearchOption.AllDirectories).Select(e => e[upper.Length..]).Order(StringComparer.Ordinal)];
    }

    /// <summary>Runs a shell script as a step.</summary>
    public Task<StepResult> ShellAsync(string script, Func<StepSpec, StepSpec>? change = null, Action<string>? fill = null) =>
        RunAsync(Mount(root => (change ?? (s => s))(Shell(root, script)), fill));

    public async Task<StepResult> RunAsync(StepSpec spec, CancellationToken cancellationToken = default)
    {
        try
        {
            return await Runner.RunAsync(spec, Text, cancellationToken);
        }
        finally
        {
            await Runner.SettleAsync();
        }
    }

    public static StepSpec Shell(string root, string script) => new()
    {
        Root = root, Args = ["/bin/sh", "-c", script], Network = Engine.Llb.Pb.NetMode.None,
    };

    /// <summary>Fails when something is left of steps: mounts, state, files or processes.</summary>
    public static void AssertNothingLeft()
    {
        Assert.Empty(Directory.Exists(Scratch + "/steps") ? Directory.GetFileSystemEntries(Scratch + "/steps") : []);
        Assert.DoesNotContain(Directory.Exists(Scratch + "/runtime") ? Directory.GetFileSystemEntries(Scratch + "/runtime") : [], e => Path.GetFileName(e).StartsWith("step", StringComparison.Ordinal));
        Assert.DoesNotContain(File.ReadAllLines("/proc/self/mountinfo"), l => l.Contains(Scratch, StringComparison.Ordinal) && !l.Contains(" - binfmt_misc ", StringComparison.Ordinal));
        var others = Directory.GetDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out var id) && id != Environment.ProcessId)
            .Select(n => TryRead($"/proc/{n}/cmdline").Replace('\0', ' ')).Where(l => l.Length > 0).ToList();
        Assert.Empty(others);
    }

    public static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}");
    }

    private static void Fill(string lower)
    {
        foreach (var folder in (string[])["bin", "etc", "tmp", "root", "home/app"]) Directory.CreateDirectory($"{lower}/{folder}");
        File.SetUnixFileMode(lower + "/tmp", (UnixFileMode)0b001_111_111_111);
        File.Copy("/bin/busybox", lower + "/bin/busybox");
        foreach (var name in (string[])["cat", "chmod", "dd", "false", "find", "grep", "hostname", "id", "ls", "mkdir", "mount", "nc", "nslookup", "ping", "ps", "pwd", "readlink", "rm", "seq", "sh", "sleep", "stat", "touch", "true", "umask", "wc", "wget", "yes", "env", "ip", "ln"])
            File.CreateSymbolicLink($"{lower}/bin/{name}", "busybox");
        File.WriteAllText(lower + "/etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1001:App:/home/app:/bin/sh\nbig:x:70000:1001::/:/bin/sh\n");
        File.WriteAllText(lower + "/etc/group", "root:x:0:\nadm:x:4:app\napp:x:1001:\nwheel:x:10:root,app\nother:x:2000:\n");
    }

    private static string TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
