using System.Globalization;
using System.Runtime.Versioning;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.Examination;

/// <summary>The programs of this machine that run and connect steps, and the ids that the caller may use.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ProgramChecks(HostFacts facts, WorkerProgram program)
{
    private const int SetUser = 0b100_000_000_000;

    public async Task<IReadOnlyList<HostCheck>> RunAsync(CancellationToken cancellationToken)
    {
        List<HostCheck> checks = [Unshare()];
        if (program.User.Id != 0) checks.AddRange([Mapper("newuidmap"), Mapper("newgidmap")]);
        checks.AddRange([Ids("subuid"), Ids("subgid")]);
        checks.Add(await RuntimeAsync(cancellationToken).ConfigureAwait(false));
        checks.Add(Network());
        return checks;
    }

    private HostCheck Unshare() => program.Find("unshare") is { } path ? HostCheck.Good("unshare", path) : Missing("unshare", "util-linux");

    private HostCheck Mapper(string name)
    {
        if (program.Find(name) is not { } path) return Missing(name, "uidmap");
        if (facts.Field("proc/self/status", "NoNewPrivs") == "1")
            return HostCheck.Bad(name, $"{path} gets no rights here, because this process may gain none (no_new_privs)", "Start the build without no_new_privs: outside of this sandbox, or in a container run without --security-opt no-new-privileges.");
        return IsAble(path) ? HostCheck.Good(name, path)
            : HostCheck.Bad(name, $"{path} has no rights to map ids", $"As root, run 'chmod u+s {path}', or 'setcap {(name == "newuidmap" ? "cap_setuid" : "cap_setgid")}=ep {path}', on a file system that is not mounted with nosuid.");
    }

    // Set-user root, or with a file capability: both work only where the mount lets them.
    private static bool IsAble(string path)
    {
        if (new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target) path = target.FullName;
        if (Kernel.Status(Kernel.CurrentDirectory, path, out var status) != 0) return false;
        if ((status.Permissions & SetUser) != 0 && status.Uid == 0) return true;
        using var folder = RootedTree.Open(Path.GetDirectoryName(path)!);
        return folder.ReadXattrs(Path.GetFileName(path)).ContainsKey("security.capability");
    }

    private HostCheck Ids(string file)
    {
        try
        {
            var range = SubordinateIds.Find(program.User, Path.Combine(program.ConfigurationFolder, file));
            if (!IsMapped(file == "subuid" ? "uid_map" : "gid_map", range))
                return HostCheck.Bad(file, $"{range.Count} ids from {range.First} are lent, but do not exist in this user namespace", "Start the build outside of this sandbox, or give its user namespace all ids of the machine.");
            return HostCheck.Good(file, $"{program.User.Name} has {range.Count} from {range.First}");
        }
        catch (WorkerException e)
        {
            return HostCheck.Bad(file, e);
        }
    }

    // user_namespaces(7): first id inside, first outside, count.
    private bool IsMapped(string map, IdRange range)
    {
        var lines = (facts.Read($"proc/self/{map}") ?? "").Split('\n').Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(f => f.Length == 3)
            .Select(f => (First: long.Parse(f[0], CultureInfo.InvariantCulture), Count: long.Parse(f[2], CultureInfo.InvariantCulture))).OrderBy(r => r.First);
        var next = range.First;
        foreach (var (first, count) in lines)
            if (first <= next) next = Math.Max(next, first + count);
        return next >= range.First + range.Count;
    }

    private async Task<HostCheck> RuntimeAsync(CancellationToken cancellationToken)
    {
        var name = program.Runtime.Length > 0 ? "runtime" : "crun or runc";
        if (OciRuntime.TryFind(program.SearchPath, program.Runtime) is not { } path) return HostCheck.Bad(name, StepErrors.NoRuntime(string.Join(':', program.SearchPath), program.Runtime));
        using var process = QuietProgram.Start(path, ["--version"]);
        var said = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complaint = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var version = (await said.ConfigureAwait(false)).Split('\n')[0].Trim();
        return process.ExitCode == 0 ? HostCheck.Good(name, $"{path}, {PlainText.Of(version)}")
            : HostCheck.Bad(name, $"{path} does not start: {PlainText.Of((await complaint.ConfigureAwait(false)).Trim())}", $"Install the package '{Path.GetFileName(path)}' anew.");
    }

    private HostCheck Network()
    {
        const string Name = "network of steps", Else = "Until then, steps run only with Network=\"none\", or \"host\" with ContainerAllowHostNetwork.";
        if (EgressProgram.Find(string.Join(':', program.SearchPath)) is not { } egress)
            return Limited("neither pasta nor slirp4netns is on the PATH", $"Install the package 'passt' or 'slirp4netns'. {Else}");
        var device = Path.Combine(facts.Root, "dev/net/tun");
        if (!File.Exists(device)) return Limited($"{egress.Path} needs /dev/net/tun, which is not there", $"As root, run 'modprobe tun'; give it to a container with --device /dev/net/tun. {Else}");
        try
        {
            File.OpenHandle(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite).Dispose();
            return HostCheck.Good(Name, $"{egress.Path}, /dev/net/tun");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Limited($"{egress.Path} needs /dev/net/tun, which you may not open", $"As root, run 'chmod 666 /dev/net/tun', as udev would have it. {Else}");
        }

        static HostCheck Limited(string text, string remedy) => new(Name, CheckOutcome.Limited, text, remedy);
    }

    private static HostCheck Missing(string name, string package) => HostCheck.Bad(name, "it is not on the PATH", $"Install the package '{package}'.");
}
