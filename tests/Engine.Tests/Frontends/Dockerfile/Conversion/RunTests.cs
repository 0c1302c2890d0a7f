using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary><c>RUN</c> in the graph.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task Run_ShellForm_RunsInTheDefaultShellAtTheRoot()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN echo hi\n");
        Assert.Equal(["/bin/sh", "-c", "echo hi"], made.Exec.Meta.Args);
        Assert.Equal(("/", "", NetMode.Unset, SecurityMode.Sandbox), (made.Exec.Meta.Cwd, made.Exec.Meta.User, made.Exec.Network, made.Exec.Security));
        Assert.Equal([Converting.Path], made.Exec.Meta.Env);
        Assert.True(made.Exec.Meta.RemoveMountStubsRecursive);
        var root = Assert.Single(made.Exec.Mounts);
        Assert.Equal(("/", 0L, 0L), (root.Dest, root.Input, root.Output));
        Assert.Equal("RUN /bin/sh -c echo hi # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Run_ExecForm_RunsTheWords()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN [\"/bin/echo\", \"a b\"]\n");
        Assert.Equal(["/bin/echo", "a b"], made.Exec.Meta.Args);
        Assert.Equal("RUN /bin/echo a b # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Run_AfterShell_UsesIt()
    {
        var made = await Converting.RunAsync("FROM alpine\nSHELL [\"/bin/bash\", \"-eo\", \"pipefail\", \"-c\"]\nRUN a | b\n");
        Assert.Equal(["/bin/bash", "-eo", "pipefail", "-c", "a | b"], made.Exec.Meta.Args);
    }

    [Fact]
    public async Task Run_OnAnImageWithAShell_UsesIt()
    {
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain(new ContainerConfig { Shell = ["/bin/ash", "-c"] }) } };
        Assert.Equal(["/bin/ash", "-c", "x"], (await converting.OneAsync("FROM alpine\nRUN x\n")).Exec.Meta.Args);
    }

    [Fact]
    public async Task Run_UserAndWorkdir_AreThoseBeforeIt()
    {
        var made = await Converting.RunAsync("FROM alpine\nUSER app:grp\nWORKDIR /a\nWORKDIR b\nRUN x\n");
        Assert.Equal(("/a/b", "app:grp"), (made.Exec.Meta.Cwd, made.Exec.Meta.User));
    }

    [Fact]
    public async Task Run_OnAnImage_HasItsVariablesFolderAndUser()
    {
        var config = new ContainerConfig { Env = ["PATH=/p", "A=1"], WorkingDir = "/srv", User = "1000" };
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain(config) } };
        var meta = (await converting.OneAsync("FROM alpine\nRUN x\n")).Exec.Meta;
        Assert.Equal(["PATH=/p", "A=1"], meta.Env);
        Assert.Equal(("/srv", "1000"), (meta.Cwd, meta.User));
    }

    [Fact]
    public async Task Run_Args_AreVariablesAndStandInTheHistory()
    {
        var made = await Converting.RunAsync("FROM alpine\nARG A=1\nARG B\nENV C=$A\nRUN x\n", r => r with { BuildArgs = new Dictionary<string, string> { ["B"] = "two" } });
        Assert.Equal([Converting.Path, "A=1", "B=two", "C=1"], made.Exec.Meta.Env);
        Assert.Equal("RUN |2 A=1 B=two /bin/sh -c x # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Run_VariableThatIsSetAgain_MovesToTheEndAndEnvWinsOverArg()
    {
        var made = await Converting.RunAsync("FROM alpine\nENV A=1 B=2\nENV A=3\nARG B=4\nRUN x\n");
        Assert.Equal([Converting.Path, "A=3", "B=4"], made.Exec.Meta.Env);
        Assert.Equal([Converting.Path, "A=3", "B=2"], made.Config.Env!);
    }

    [Fact]
    public async Task Run_ArgWithoutValue_StandsInTheHistoryWithoutOne()
    {
        var made = await Converting.RunAsync("FROM alpine\nARG A\nRUN x\n");
        Assert.Equal([Converting.Path], made.Exec.Meta.Env);
        Assert.Equal(["ARG A", "RUN |1 A= /bin/sh -c x # buildkit"], made.History);
    }

    [Fact]
    public async Task Run_Proxies_AreNeitherVariablesNorHistory()
    {
        var args = new Dictionary<string, string> { ["HTTP_PROXY"] = "http://p", ["no_proxy"] = "x", ["ALL_PROXY"] = "s" };
        var made = await Converting.RunAsync("FROM alpine\nRUN x\n", r => r with { BuildArgs = args });
        Assert.Equal(("http://p", "x", "s", ""), (made.Exec.Meta.ProxyEnv.HttpProxy, made.Exec.Meta.ProxyEnv.NoProxy, made.Exec.Meta.ProxyEnv.AllProxy, made.Exec.Meta.ProxyEnv.FtpProxy));
        Assert.Equal([Converting.Path], made.Exec.Meta.Env);
        Assert.Equal("RUN /bin/sh -c x # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Run_RequestOptions_AreTheStepsOwn()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN x\n", r => r with
        {
            ExtraHosts = [KeyValuePair.Create("db", "10.0.0.1"), KeyValuePair.Create("six", "[::1]")], Network = NetMode.Host, ShmSize = 64, Hostname = "h", CgroupParent = "cg",
            Ulimits = [new Ulimit { Name = "nofile", Soft = 1, Hard = 2 }],
        });
        Assert.Equal([("db", "10.0.0.1"), ("six", "::1")], made.Exec.Meta.ExtraHosts.Select(h => (h.Host, h.IP)));
        Assert.Equal((NetMode.Host, "h", "cg"), (made.Exec.Network, made.Exec.Meta.Hostname, made.Exec.Meta.CgroupParent));
        Assert.Equal("nofile", Assert.Single(made.Exec.Meta.Ulimit).Name);
        var memory = made.Exec.Mounts.Single(m => m.Dest == "/dev/shm");
        Assert.Equal((MountType.Tmpfs, 64L), (memory.MountType, memory.TmpfsOpt.Size));
    }

    [Theory]
    [InlineData("--network=none", NetMode.None)]
    [InlineData("--network=host", NetMode.Host)]
    [InlineData("--network=default", NetMode.Unset)]
    public async Task Run_Network_IsWhatIsAskedFor(string flag, NetMode expected) =>
        Assert.Equal(expected, (await Converting.RunAsync($"FROM alpine\nRUN {flag} x\n")).Exec.Network);

    [Fact]
    public async Task Run_SecurityInsecure_IsAskedFor() =>
        Assert.Equal(SecurityMode.Insecure, (await Converting.RunAsync("FROM alpine\nRUN --security=insecure x\n")).Exec.Security);

    [Theory]
    [InlineData("vendor.example/gpu=all", "vendor.example/gpu=all", true)]
    [InlineData("vendor.example/gpu=all,required", "vendor.example/gpu=all", false)]
    [InlineData("name=vendor.example/gpu,required=true", "vendor.example/gpu", false)]
    public async Task Run_Device_IsAskedForByItsName(string flag, string name, bool optional)
    {
        var device = Assert.Single((await Converting.RunAsync($"FROM alpine\nRUN --device={flag} x\n")).Exec.CdiDevices);
        Assert.Equal((name, optional), (device.Name, device.Optional));
    }

    [Fact]
    public async Task Run_SandboxHostname_IsTheArgs()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN x\n", r => r with { Hostname = "a", BuildArgs = new Dictionary<string, string> { ["BUILDKIT_SANDBOX_HOSTNAME"] = "b" } });
        Assert.Equal("b", made.Exec.Meta.Hostname);
    }

    [Fact]
    public async Task Run_DocumentAlone_IsTheShellsCommand()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN <<EOF\necho $A\necho b\nEOF\n");
        Assert.Equal(["/bin/sh", "-c", "echo $A\necho b\n"], made.Exec.Meta.Args);
        Assert.Equal("[2/2] RUN <<EOF (echo $A...)", made.Last.Name);
        Assert.Equal("RUN /bin/sh -c echo $A\necho b\n # buildkit", made.History[^1]);
    }

    [Fact]
    public async Task Run_DocumentWithInterpreter_IsAFile()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN <<EOF\n#!/usr/bin/env python\nprint(1)\nEOF\n");
        Assert.Equal(["/bin/sh", "-c", "/dev/pipes/EOF"], made.Exec.Meta.Args);
        var mount = made.Exec.Mounts.Single(m => m.Dest == "/dev/pipes/");
        Assert.Equal((true, "/", -1L), (mount.Readonly, mount.Selector, mount.Output));
        var file = made.Named("[internal] preparing inline document").Op.File.Actions.Single().Mkfile;
        Assert.Equal(("/EOF", 0b111_101_101, "#!/usr/bin/env python\nprint(1)\n"), (file.Path, file.Mode, file.Data.ToStringUtf8()));
    }

    [Fact]
    public async Task Run_DocumentInACommand_IsTheShellsOwn()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN cat <<A >a && cat <<-B >b\nx\nA\n\ty\nB\n");
        Assert.Equal(["/bin/sh", "-c", "cat <<A >a && cat <<-B >b\nx\nA\n\ty\nB"], made.Exec.Meta.Args);
    }

    [Fact]
    public async Task Run_Name_ShowsVariablesThatAreKnown()
    {
        var made = await Converting.RunAsync("FROM alpine\nENV A=1\nrun echo \"$A\" $B\n");
        Assert.Equal("[2/2] RUN echo \"1\" $B", made.Last.Name);
    }

    [Fact]
    public async Task Run_OnScratch_HasTheTargetsPlatform()
    {
        var made = await Converting.RunAsync("FROM scratch\nRUN [\"x\"]\n", r => r with { Platforms = [Platform.LinuxArm64] });
        Assert.Equal(("linux", "arm64"), (made.Last.Op.Platform.OS, made.Last.Op.Platform.Architecture));
        Assert.Equal(-1, made.Exec.Mounts[0].Input);
    }

    [Fact]
    public async Task Run_BadHostAddress_IsAFault() =>
        Assert.Equal("MBK1955", (await Converting.FaultAsync("FROM alpine\nRUN x\n", r => r with { ExtraHosts = [KeyValuePair.Create("a", "b")] })).Code);
}
