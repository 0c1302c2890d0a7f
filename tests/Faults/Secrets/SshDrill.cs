using System.Globalization;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Faults.Steps;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Secrets;

/// <summary>H2 of our catalogue of attacks: steps that are lent a key, one after another in one worker.</summary>
internal sealed class SshDrill : Drill
{
    // What the first steps make is kept for those after them.
    private const int Warm = 5;

    public override string Name => "ssh";

    public override string Promise => "A step with an SSH key can sign with it, and nothing else; each signature is in the log; its socket is gone with the step, and no descriptor is left";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        if (Foreign.Missing("busybox", "gcc", "ssh-keygen", "ssh-agent", "crun") is { } missing) return missing;
        using var folder = new TempFolder("ssh");
        var home = await TestUser.MakeFolderAsync(folder, "home");
        (await Command.RunAsync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", Path.Combine(home, "key")])).Succeeded();
        await NativeProgram.CompileAsync("Secrets/agent.c", Path.Combine(home, "agent"));
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
        var steps = scale == Scale.Full ? 1000 : 50;
        var said = (await Inside.RunAsync(Name, home, steps.ToString(CultureInfo.InvariantCulture))).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return new DrillResult(said[0], said[1..]);
    }

    // Arguments: the folder, and how many steps.
    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var (home, steps) = (arguments[0], int.Parse(arguments[1], CultureInfo.InvariantCulture));
        var fingerprint = (await Command.RunAsync("ssh-keygen", ["-lf", Path.Combine(home, "key.pub")])).Succeeded().Output.Split(' ')[1];
        using var agent = await SshKeyAgent.StartAsync(new SshKeys([Path.Combine(home, "key")]), p => ProgramPath.Find(Environment.GetEnvironmentVariable("PATH")!, p), TimeProvider.System, cancellationToken);
        await using var bed = new StepBed(Path.Combine(home, "store"));
        var layer = await bed.PutAsync(StepBed.Busybox(("agent", await File.ReadAllBytesAsync(Path.Combine(home, "agent"), cancellationToken))));
        var exec = StepBed.Shell("SSH_AUTH_SOCK=/run/agent agent", StepBed.Ssh("/run/agent"));
        var (wrong, remarks, before) = (new List<string>(), new List<string>(), 0);
        for (var i = 0; i < Warm + steps; i++)
        {
            if (i == Warm) before = Descriptors();
            var said = await bed.RunAsync(exec, [[layer]], cancellationToken, agent: agent.Socket, remarked: remarks.Add);
            if (said != "1 keys, 1 signatures, 0 by another, 0 times forgotten\n") wrong.Add($"a step says: {said.Trim()}");
        }
        // A connection is closed a moment after its step.
        var after = Descriptors();
        for (var i = 0; i < 200 && (after > before || Sockets().Any()); i++, after = Descriptors()) await Task.Delay(10, cancellationToken);
        if (after > before) wrong.Add($"{before} descriptors are {after} after {steps} steps");
        var heard = remarks.Count(r => r.Contains(fingerprint, StringComparison.Ordinal));
        if (heard != Warm + steps || remarks.Count != heard) wrong.Add($"{heard} of {remarks.Count} remarks are of the {Warm + steps} signatures");
        wrong.AddRange(Sockets().Select(s => $"'{s}' still listens"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps} steps, {heard - Warm} signatures in the log, {before} descriptors before and {after} after"));
        foreach (var line in wrong.Distinct()) Console.WriteLine(line);
        return 0;
    }

    private static int Descriptors()
    {
        // What only the collector has not got to yet is not left behind.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // The runtime opens its own assemblies as they are needed, and keeps them open.
        return Directory.GetFileSystemEntries("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true);
    }

    // The kernel lists all unix sockets of the machine with the paths that they were bound to; ours are among our descriptors.
    private static IEnumerable<string> Sockets()
    {
        var own = Directory.GetFileSystemEntries("/proc/self/fd").Select(f => new FileInfo(f).LinkTarget).ToHashSet();
        return File.ReadLines("/proc/net/unix").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(f => f.Length == 8 && f[7].EndsWith("/agent", StringComparison.Ordinal) && own.Contains($"socket:[{f[6]}]")).Select(f => f[7]);
    }
}
