using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Gateway;
using MsBuildKit.Tool.Tests.Daemon.Frontends;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Containers;

/// <summary>Containers of a build, in a real worker process.</summary>
public sealed class BuildContainersTests : IAsyncDisposable
{
    private readonly FrontendBuild _build;
    private readonly LlbState _shell = LlbState.Scratch.File("shell", FileStep.Copy(LlbState.Local("context"), "/sh", "/bin/sh", new CopyOptions { CreateDestination = true, Mode = 0b111_101_101 }));

    public BuildContainersTests()
    {
        foreach (var tool in new[] { "unshare", "crun", "newuidmap" }) RealTool.Find(tool);
        _build = new FrontendBuild(worker: new WorkerProgram
        {
            Command = [RealTool.Find("dotnet"), Path.Combine(AppContext.BaseDirectory, "msbuildkit-worker.dll")],
            SearchPath = Environment.GetEnvironmentVariable("PATH")!.Split(':'),
            User = HostUser.Current("/etc/passwd", null),
        });
        File.Copy(RealTool.Find("busybox"), _build.Folder["src/sh"]);
    }

    private BuildBridge Bridge => _build.Bridge;

    public ValueTask DisposeAsync() => _build.DisposeAsync();

    [Fact]
    public async Task Release_InUseOrNot_IsTold()
    {
        var shell = Bridge.Add(LlbMarshaller.Marshal(_shell));
        await OpenAsync("idle", shell.Id);
        Assert.Equal(0, await (await StartAsync("idle", "exit 0")).ExitCode);
        Assert.True(await Bridge.Containers.ReleaseAsync("idle"));

        await OpenAsync("used", shell.Id);
        await StartAsync("used", "while :; do :; done");
        Assert.False(await Bridge.Containers.ReleaseAsync("used"));
        Assert.False(Bridge.Containers.Has("used"));
    }

    [Fact]
    public async Task Open_OnWhatAFailedStepLeft_HasItsFiles()
    {
        var step = _shell.Run(new ExecOptions { Args = ["/bin/sh", "-c", "echo left > /a; exit 7"], Network = NetMode.None }, Platform.LinuxAmd64, "step").Root;
        var failed = await Assert.ThrowsAsync<GraphFailure>(() => Bridge.Add(LlbMarshaller.Marshal(step)).SolveAsync(TestContext.Current.CancellationToken));
        await OpenAsync("had", Assert.Single(failed.Refs!.Inputs));
        Assert.Equal(1, await (await StartAsync("had", "[ -e /a ]")).ExitCode);
        await OpenAsync("left", Assert.Single(failed.Refs.Mounts));
        Assert.Equal(0, await (await StartAsync("left", "read -r a < /a; [ $a = left ]")).ExitCode);
    }

    private Task OpenAsync(string id, string result) => Bridge.Containers.OpenAsync(
        Bridge, new NewContainerRequest { ContainerID = id, Network = NetMode.None, Mounts = { new Mount { Dest = "/", ResultID = result } } }, TestContext.Current.CancellationToken);

    private async Task<ContainerProcess> StartAsync(string id, string script)
    {
        var process = await Bridge.Containers.Find(id).StartAsync(
            new ProcessDescription { Meta = new Meta { Args = { "/bin/sh", "-c", script } }, HasInput = false }, TestContext.Current.CancellationToken);
        Bridge.Containers.Add(id, process);
        return process;
    }
}
