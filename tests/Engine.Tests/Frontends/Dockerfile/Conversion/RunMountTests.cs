using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>The <c>--mount</c>s of <c>RUN</c> in the graph.</summary>
public sealed class RunMountTests
{
    [Fact]
    public async Task Bind_OfTheContext_IsReadOnlyAndSendsItsSource()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=target=/src,source=lib make\n");
        var mount = Mount(made, "/src");
        Assert.Equal((MountType.Bind, true, "/lib", -1L), (mount.MountType, mount.Readonly, mount.Selector, mount.Output));
        Assert.Equal("[\"lib\"]", made.Source("local://").Attrs["local.followpaths"]);
    }

    [Fact]
    public async Task Bind_RelativeTarget_IsBelowTheWorkdir() =>
        Assert.Equal("/app/src", Mount(await Converting.RunAsync("FROM alpine\nWORKDIR /app\nRUN --mount=target=src make\n"), "/app/src").Dest);

    [Fact]
    public async Task Bind_Writable_IsThrownAway()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=bind,target=/src,rw make\n");
        Assert.Equal((false, -1L), (Mount(made, "/src").Readonly, Mount(made, "/src").Output));
        Assert.True(made.Last.Metadata.Caps["exec.mount.bind.readwrite-nooutput"]);
    }

    [Fact]
    public async Task Bind_FromAStage_NeedsIt()
    {
        var made = await Converting.RunAsync("FROM alpine AS tools\nRUN install\nFROM scratch\nRUN --mount=from=tools,target=/t,source=/usr x\n");
        Assert.Equal(("/usr", true), (Mount(made, "/t").Selector, Mount(made, "/t").Readonly));
        Assert.Equal("[tools 2/2] RUN install", made.Last.Inputs[(int)Mount(made, "/t").Input].Vertex.Name);
        Assert.Empty(made.Sources("local://"));
    }

    [Fact]
    public async Task Bind_FromAnImage_PinsIt()
    {
        var made = await Converting.RunAsync("FROM scratch\nRUN --mount=from=r.example/tools:1,target=/t x\n");
        Assert.StartsWith("docker-image://r.example/tools:1@sha256:77", made.Source("docker-image://").Identifier, StringComparison.Ordinal);
        Assert.StartsWith("FROM r.example/tools:1@", made.Vertices[0].Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cache_Defaults_AreASharedOneNamedAsItsTarget()
    {
        var mount = Mount(await Converting.RunAsync("FROM alpine\nRUN --mount=type=cache,target=/root/.cache/ x\n"), "/root/.cache/");
        Assert.Equal((MountType.Cache, "//root/.cache", CacheSharingOpt.Shared, -1L, "", false),
            (mount.MountType, mount.CacheOpt.ID, mount.CacheOpt.Sharing, mount.Input, mount.Selector, mount.Readonly));
    }

    [Theory]
    [InlineData("private", CacheSharingOpt.Private)]
    [InlineData("locked", CacheSharingOpt.Locked)]
    [InlineData("shared", CacheSharingOpt.Shared)]
    public async Task Cache_IdAndSharing_AreAsAskedFor(string sharing, CacheSharingOpt expected)
    {
        var mount = Mount(await Converting.RunAsync($"FROM alpine\nARG N=x\nRUN --mount=type=cache,target=/c,id=a-$N,sharing={sharing},ro x\n"), "/c");
        Assert.Equal(("/a-x", expected, true), (mount.CacheOpt.ID, mount.CacheOpt.Sharing, mount.Readonly));
    }

    [Fact]
    public async Task Cache_Namespace_StandsBeforeTheId()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=cache,target=/c x\n", r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_CACHE_MOUNT_NS"] = "ns" } });
        Assert.Equal("ns//c", Mount(made, "/c").CacheOpt.ID);
    }

    [Fact]
    public async Task Cache_Owner_IsThatOfAFolderMadeForIt()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=cache,target=/c,uid=1000,mode=0700 x\n");
        Assert.Equal("/cache", Mount(made, "/c").Selector);
        var folder = made.Named("[internal] setting cache mount permissions").Op.File.Actions.Single().Mkdir;
        Assert.Equal(("/cache", 0b111_000_000, 1000u, 0u), (folder.Path, folder.Mode, folder.Owner.User.ByID, folder.Owner.Group.ByID));
    }

    [Fact]
    public async Task Cache_FromAStage_BeginsWithItsFiles()
    {
        var made = await Converting.RunAsync("FROM alpine AS seed\nRUN fill\nFROM alpine\nRUN --mount=type=cache,target=/c,from=seed,source=/seed x\n");
        Assert.Equal("/seed", Mount(made, "/c").Selector);
        Assert.Equal("[seed 2/2] RUN fill", made.Last.Inputs[(int)Mount(made, "/c").Input].Vertex.Name);
    }

    [Fact]
    public async Task Tmpfs_Size_IsInBytes()
    {
        var mount = Mount(await Converting.RunAsync("FROM alpine\nRUN --mount=type=tmpfs,target=/t,size=1m x\n"), "/t");
        Assert.Equal((MountType.Tmpfs, 1048576L, -1L), (mount.MountType, mount.TmpfsOpt.Size, mount.Input));
    }

    [Fact]
    public async Task Secret_Defaults_AreAFileThatMayBeMissing()
    {
        var mount = Mount(await Converting.RunAsync("FROM alpine\nRUN --mount=type=secret,id=token x\n"), "/run/secrets/token");
        Assert.Equal(("token", true, 0b100_000_000u, 0u, 0u), (mount.SecretOpt.ID, mount.SecretOpt.Optional, mount.SecretOpt.Mode, mount.SecretOpt.Uid, mount.SecretOpt.Gid));
    }

    [Fact]
    public async Task Secret_TargetAlone_NamesItToo()
    {
        var mount = Mount(await Converting.RunAsync("FROM alpine\nRUN --mount=type=secret,target=/etc/key,uid=5,gid=6,mode=0440,required x\n"), "/etc/key");
        Assert.Equal(("key", false, 0b100_100_000u, 5u, 6u), (mount.SecretOpt.ID, mount.SecretOpt.Optional, mount.SecretOpt.Mode, mount.SecretOpt.Uid, mount.SecretOpt.Gid));
    }

    [Fact]
    public async Task Secret_Variable_IsNoFileAndItsNameIsMasked()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=secret,id=token,env=TOKEN use $TOKEN\n");
        var secret = Assert.Single(made.Exec.Secretenv);
        Assert.Equal(("token", "TOKEN", true), (secret.ID, secret.Name, secret.Optional));
        Assert.Single(made.Exec.Mounts);
        Assert.Equal("[stage-0 2/2] RUN --mount=type=secret,id=token,env=TOKEN use ****", made.Last.Name);
    }

    [Fact]
    public async Task Secret_VariableAndTarget_AreBoth()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=secret,id=token,env=TOKEN,target=/t x\n");
        Assert.Equal(("token", "token"), (Mount(made, "/t").SecretOpt.ID, Assert.Single(made.Exec.Secretenv).ID));
    }

    [Fact]
    public async Task Ssh_Sockets_AreNumberedAndTheFirstIsTheVariable()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=ssh --mount=type=ssh,id=other,required,uid=7 x\n");
        var (first, second) = (Mount(made, "/run/buildkit/ssh_agent.0"), Mount(made, "/run/buildkit/ssh_agent.1"));
        Assert.Equal(("", true, 0b110_000_000u), (first.SSHOpt.ID, first.SSHOpt.Optional, first.SSHOpt.Mode));
        Assert.Equal(("other", false, 7u), (second.SSHOpt.ID, second.SSHOpt.Optional, second.SSHOpt.Uid));
        Assert.Equal("SSH_AUTH_SOCK=/run/buildkit/ssh_agent.0", made.Exec.Meta.Env[^1]);
    }

    [Fact]
    public async Task Mounts_Order_IsThatOfBuildKit()
    {
        var made = await Converting.RunAsync("FROM alpine\nRUN --mount=type=secret,id=b --mount=type=ssh --mount=type=cache,target=/z --mount=type=secret,id=a --mount=type=tmpfs,target=/a x\n");
        Assert.Equal(["/", "/a", "/z", "/run/secrets/b", "/run/secrets/a", "/run/buildkit/ssh_agent.0"], made.Exec.Mounts.Select(m => m.Dest));
    }

    [Theory]
    [InlineData("--mount=target=/", "MBK1947")]
    [InlineData("--mount=type=ssh,source=x", "MBK1947")]
    [InlineData("--mount=type=cache,target=/c,sharing=$S", "MBK1947")]
    [InlineData("--mount=from=$S,target=/x", "MBK1936")]
    public async Task Mount_ThatMakesNoSense_IsAFault(string flag, string code)
    {
        var fault = await Converting.FaultAsync($"FROM alpine\nARG S=never\nRUN {flag} x\n");
        Assert.Equal((code, 3), (fault.Code, fault.Range.Line));
    }

    [Fact]
    public async Task Mount_OfAStageBelow_IsAFault()
    {
        var fault = await Converting.FaultAsync("FROM alpine AS a\nRUN --mount=from=later,target=/x x\nFROM alpine AS later\n", r => r with { Target = "a" });
        Assert.Equal(("MBK1941", 2), (fault.Code, fault.Range.Line));
    }

    private static Mount Mount(Converted made, string target) => made.Exec.Mounts.Single(m => m.Dest == target);
}
