using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Examination;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless.Examination;

/// <summary>A machine of files, each of which is spoiled in turn.</summary>
public sealed class HostExaminationTests : IDisposable
{
    private readonly TempFolder _folder = new("doctor");

    public HostExaminationTests()
    {
        WriteFact("kernel/osrelease", "6.1.0-13-amd64");
        WriteFact("user/max_user_namespaces", "1000");
        WriteFact("kernel/seccomp/actions_avail", "kill_process kill_thread trap errno user_notif trace log allow");
        _folder.Write("proc/self/status", "Name:\tdotnet\nNoNewPrivs:\t0\n");
        foreach (var map in (string[])["uid_map", "gid_map"]) _folder.Write("proc/self/" + map, "         0          0 4294967295\n");
        foreach (var file in (string[])["subuid", "subgid"]) _folder.Write("etc/" + file, "other:100000:65536\nme:165536:65536\n");
        foreach (var name in (string[])["unshare", "pasta"]) _folder.Write("bin/" + name, "");
        foreach (var name in (string[])["newuidmap", "newgidmap"]) File.CreateSymbolicLink(_folder["bin/" + name], RealTool.Find(name));
        WriteProgram("bin/crun", "#!/bin/sh\necho crun version 9.9\n");
        _folder.Write("dev/net/tun", "");
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_OfAGoodMachine_FindsNothingMissing()
    {
        // It ends at once, because unshare is an empty file: all else is good.
        var checks = await RunAsync();
        var worker = Assert.Single(checks, c => c.Outcome is CheckOutcome.Bad or CheckOutcome.Limited);
        Assert.Equal("worker", worker.Name);
        Assert.Contains("gives no namespaces", worker.Text, StringComparison.Ordinal);
        Assert.Contains(checks, c => c is { Name: "crun or runc", Outcome: CheckOutcome.Good } && c.Text.EndsWith("crun, crun version 9.9", StringComparison.Ordinal));
        Assert.Contains(checks, c => c is { Name: "subuid", Text: "me has 65535 from 165536" });
        Assert.False(Directory.Exists(_folder["store"]));
    }

    [Theory]
    [InlineData("kernel", "proc/sys/kernel/osrelease", "5.11.22-generic", "Use Linux 5.12 or newer")]
    [InlineData("user namespaces", "proc/sys/user/max_user_namespaces", "0", "sysctl -w user.max_user_namespaces=15000")]
    [InlineData("user namespaces", "proc/sys/user/max_user_namespaces", null, "CONFIG_USER_NS")]
    [InlineData("user namespaces", "proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1")]
    [InlineData("user namespaces", "proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")]
    [InlineData("seccomp", "proc/sys/kernel/seccomp/actions_avail", "kill_thread trap", "CONFIG_SECCOMP_FILTER")]
    [InlineData("newuidmap", "proc/self/status", "NoNewPrivs:\t1\n", "no_new_privs")]
    [InlineData("unshare", "bin/unshare", null, "'util-linux'")]
    [InlineData("newuidmap", "bin/newuidmap", null, "'uidmap'")]
    [InlineData("newgidmap", "bin/newgidmap", "", "setcap cap_setgid=ep")]
    [InlineData("subuid", "etc/subuid", "me:100000:1000\n", "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 me")]
    [InlineData("subgid", "etc/subgid", null, "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 me")]
    [InlineData("subuid", "proc/self/uid_map", "1000 1000 1\n", "all ids of the machine")]
    [InlineData("subgid", "proc/self/gid_map", "0 1000 1\n1 100000 65536\n", "all ids of the machine")]
    [InlineData("crun or runc", "bin/crun", null, "'crun'")]
    [InlineData("crun or runc", "bin/crun", "#!/bin/sh\necho broken >&2; exit 3\n", "anew")]
    [InlineData("network of steps", "bin/pasta", null, "'passt' or 'slirp4netns'")]
    [InlineData("network of steps", "dev/net/tun", null, "modprobe tun")]
    public async Task Run_OneThingIsSpoiled_NamesItWithItsRemedy(string name, string file, string? content, string remedy)
    {
        File.Delete(_folder[file]);
        if (content is not null) WriteProgram(file, content);
        var check = Assert.Single(await RunAsync(), c => c.Name == name);
        Assert.Equal(name == "network of steps" ? CheckOutcome.Limited : CheckOutcome.Bad, check.Outcome);
        Assert.Contains(remedy, check.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AsRoot_NeedsNeitherMappersNorLentIds()
    {
        foreach (var file in (string[])["bin/newuidmap", "bin/newgidmap", "etc/subuid", "etc/subgid"]) File.Delete(_folder[file]);
        var checks = await RunAsync(new HostUser(0, 0, "root"));
        Assert.DoesNotContain(checks, c => c.Outcome == CheckOutcome.Bad && c.Name != "worker");
    }

    [Fact]
    public async Task Run_StoreCannotBe_SaysSo()
    {
        var check = Assert.Single(await RunAsync(store: "/proc/self/store"), c => c.Name == "store");
        Assert.Equal(CheckOutcome.Bad, check.Outcome);
        Assert.Contains("ContainerCacheDirectory", check.Remedy, StringComparison.Ordinal);
    }

    private Task<IReadOnlyList<HostCheck>> RunAsync(HostUser? user = null, string? store = null) => new HostExamination(
        new WorkerProgram { Command = ["/bin/true"], SearchPath = [_folder["bin"]], User = user ?? new HostUser(1000, 1000, "me"), ConfigurationFolder = _folder["etc"] },
        store ?? _folder["store"], TimeProvider.System, _folder.Path).RunAsync(TestContext.Current.CancellationToken);

    private void WriteFact(string name, string content) => _folder.Write("proc/sys/" + name, content + "\n");

    private void WriteProgram(string name, string content) => File.SetUnixFileMode(_folder.Write(name, content), UnixFileMode.UserRead | UnixFileMode.UserExecute);
}
