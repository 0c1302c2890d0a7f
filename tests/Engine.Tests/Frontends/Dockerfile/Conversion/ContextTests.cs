using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>The build's context and named contexts in the graph.</summary>
public sealed class ContextTests
{
    [Fact]
    public async Task Folder_IsOneSourceForAllUses()
    {
        var made = await Converting.RunAsync(
            "FROM alpine AS a\nCOPY b/c ./z.txt /\nFROM alpine\nCOPY --from=a /x /\nADD a.tar https://example.com/f /y/\nRUN --mount=target=/m,source=m x\n",
            r => r with { Ignore = ["*.log", "!keep.log"] });
        var source = made.Source("local://");
        Assert.Equal("local://context", source.Identifier);
        Assert.Equal("[\"a.tar\",\"b/c\",\"m\",\"z.txt\"]", source.Attrs["local.followpaths"]);
        Assert.Equal("[\"*.log\",\"!keep.log\"]", source.Attrs["local.excludepatterns"]);
        Assert.Equal("context", source.Attrs["local.sharedkeyhint"]);
        Assert.Contains("[internal] load build context", made.Names);
    }

    [Theory]
    [InlineData("COPY . /x/")]
    [InlineData("COPY a / /x/")]
    [InlineData("RUN --mount=target=/m x")]
    public async Task Folder_ThatIsUsedWhole_IsSentWhole(string instruction) =>
        Assert.False((await Converting.RunAsync($"FROM alpine\n{instruction}\n")).Source("local://").Attrs.ContainsKey("local.followpaths"));

    [Fact]
    public async Task Folder_PathsOfStagesThatAreNotBuilt_AreNotSent()
    {
        var made = await Converting.RunAsync("FROM alpine AS other\nCOPY secret /\nFROM alpine\nCOPY a /\n");
        Assert.Equal("[\"a\"]", made.Source("local://").Attrs["local.followpaths"]);
    }

    [Fact]
    public async Task Git_IsACommit()
    {
        var made = await Converting.RunAsync("FROM alpine\nCOPY a /\n", r => r with
        {
            Context = new GitContext("https://github.com/o/r.git#main:sub"), BuildArgs = new Dictionary<string, string> { ["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] = "1", ["SOURCE_DATE_EPOCH"] = "1" },
        });
        var source = made.Source("git://");
        Assert.Equal("git://github.com/o/r.git#main:sub", source.Identifier);
        Assert.Equal(("true", "commit"), (source.Attrs["git.keepgitdir"], source.Attrs["git.mtime"]));
        Assert.Contains("[internal] load git source https://github.com/o/r.git#main:sub", made.Names);
    }

    [Fact]
    public async Task Git_OfGitHub_NeedsNoScheme() =>
        Assert.Equal("https://github.com/o/r", (await Converting.RunAsync("FROM alpine\nCOPY a /\n", r => r with { Context = new GitContext("github.com/o/r") })).Source("git://").Attrs["git.fullurl"]);

    [Fact]
    public async Task Git_BadAddress_IsAFaultWithoutItsPassword()
    {
        var fault = await Converting.FaultAsync("FROM alpine\nCOPY a /\n", r => r with { Context = new GitContext("https://u:pass@github.com/o/r.git?nope=1") });
        Assert.Equal("MBK1949", fault.Code);
        Assert.DoesNotContain("pass", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Http_IsAnArchiveThatIsUnpacked()
    {
        var made = await Converting.RunAsync("FROM alpine\nCOPY a /\n", r => r with { Context = new HttpContext("https://example.com/c.tgz") });
        Assert.Equal("context", made.Source("https://").Attrs["http.filename"]);
        var unpack = made.Vertices.Single(v => v.Op.File?.Actions[0].Copy?.Src == "/context").Op.File.Actions.Single().Copy;
        Assert.Equal(("/", true), (unpack.Dest, unpack.AttemptUnpackDockerCompatibility));
        Assert.Contains("[internal] load remote build context", made.Names);
    }

    [Fact]
    public async Task Nothing_IsScratch()
    {
        var made = await Converting.RunAsync("FROM scratch\nCOPY a /\n", r => r with { Context = new NoContext() });
        Assert.Equal((-1L, -1L), (made.Last.Op.File.Actions[0].Input, made.Last.Op.File.Actions[0].SecondaryInput));
    }

    [Theory]
    [InlineData("alpine")]
    [InlineData("alpine:latest")]
    [InlineData("docker.io/library/alpine")]
    [InlineData("docker.io/library/alpine:latest")]
    [InlineData("alpine::linux/amd64")]
    public async Task Named_InPlaceOfAnImage_IsUsed(string name)
    {
        var made = await Named("FROM alpine\nRUN x\n", name, new ImageContext(ImageReference.Parse("r.example/mine:1")));
        Assert.StartsWith("docker-image://r.example/mine:1@sha256:77", made.Source("docker-image://").Identifier, StringComparison.Ordinal);
        Assert.StartsWith("[context alpine", made.Vertices[0].Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alpine:3")]
    [InlineData("alpine::linux/arm64")]
    [InlineData("other")]
    public async Task Named_OfAnotherNameOrPlatform_IsNot(string name) =>
        Assert.Equal("docker-image://" + Converting.Pinned, (await Named("FROM alpine\nRUN x\n", name, new ImageContext(ImageReference.Parse("r.example/mine:1")))).Source("docker-image://").Identifier);

    [Fact]
    public async Task Named_InPlaceOfAStage_IsAllOfIt()
    {
        var converting = new Converting { Images = { ["mine"] = Converting.Plain(new ContainerConfig { Env = ["A=1"], User = "u" }) } };
        var made = await converting.OneAsync(
            "FROM alpine AS base\nRUN one\nFROM base\nRUN two\n", r => r with { NamedContexts = new Dictionary<string, BuildContext> { ["base"] = new ImageContext(ImageReference.Parse("r.example/mine:1")) } });
        Assert.DoesNotContain(made.Names, n => n.Contains("RUN one", StringComparison.Ordinal));
        Assert.Equal(["A=1", Converting.Path], made.Exec.Meta.Env.Order());
        Assert.Equal("u", made.Exec.Meta.User);
        Assert.Equal(["r.example/mine:1 linux/amd64"], converting.Asked);
    }

    [Fact]
    public async Task Named_Folder_SendsWhatIsUsedAndHeedsItsIgnoreFile()
    {
        var converting = new Converting { Files = { ["libs/.dockerignore"] = "# no\n/bin/\n!bin/keep \n\n*.log\n" } };
        var made = await converting.OneAsync(
            "FROM alpine\nCOPY --from=libs a/b /x\n", r => r with { NamedContexts = new Dictionary<string, BuildContext> { ["libs"] = new FolderContext("libs") } });
        var source = made.Source("local://");
        Assert.Equal("local://libs", source.Identifier);
        Assert.Equal("[\"a/b\"]", source.Attrs["local.followpaths"]);
        Assert.Equal("[\"bin\",\"!bin/keep\",\"*.log\"]", source.Attrs["local.excludepatterns"]);
        Assert.Equal("context:libs-", source.Attrs["local.sharedkeyhint"]);
        Assert.Contains("[context libs] load from client", made.Names);
    }

    [Fact]
    public async Task Named_FolderThatAStageIsBuiltOn_IsWhole()
    {
        var made = await Named("FROM rootfs\nRUN x\n", "rootfs", new FolderContext("rootfs"));
        Assert.False(made.Source("local://").Attrs.ContainsKey("local.followpaths"));
        Assert.Equal("/", made.Config.WorkingDir);
    }

    [Fact]
    public async Task Named_LayoutWithAName_IsCalledSoInTheGraph()
    {
        var converting = new Converting { Images = { ["store"] = Converting.Plain() } };
        var made = await converting.OneAsync("FROM base\nRUN x\n", r => r with { NamedContexts = new Dictionary<string, BuildContext> { ["base"] = new LayoutContext("store", "1", null) { Name = "docker.io/library/base" } } });
        Assert.StartsWith("oci-layout://docker.io/library/base@sha256:77", made.Vertices[0].Op.Source.Identifier, StringComparison.Ordinal);
        Assert.Equal("store", made.Vertices[0].Op.Source.Attrs["oci.store"]);
    }

    [Fact]
    public async Task Named_Layout_IsItsImage()
    {
        var converting = new Converting { Images = { ["store"] = Converting.Plain(new ContainerConfig { User = "u" }) } };
        var made = await converting.OneAsync(
            "FROM base\nRUN x\n", r => r with { NamedContexts = new Dictionary<string, BuildContext> { ["base"] = new LayoutContext("store", "1", null) } });
        Assert.StartsWith("oci-layout://store@sha256:77", made.Vertices[0].Op.Source.Identifier, StringComparison.Ordinal);
        Assert.Equal("u", made.Exec.Meta.User);
        var used = Assert.Single(made.Image.Bases);
        Assert.False(used.IsRemote);
    }

    [Fact]
    public async Task Named_GitAndHttp_AreSources()
    {
        Assert.Equal("git://github.com/o/r.git", (await Named("FROM alpine\nCOPY --from=src a /\n", "src", new GitContext("https://github.com/o/r.git"))).Source("git://").Identifier);
        var http = await Named("FROM alpine\nCOPY --from=src context /\n", "src", new HttpContext("https://example.com/f"));
        Assert.Equal("context", http.Source("https://").Attrs["http.filename"]);
        Assert.Contains("[context src] https://example.com/f", http.Names);
    }

    [Fact]
    public async Task Named_MountOfIt_IsUsed() =>
        Assert.Equal("local://libs", (await Named("FROM alpine\nRUN --mount=from=libs,target=/l x\n", "libs", new FolderContext("libs"))).Source("local://").Identifier);

    private static Task<Converted> Named(string text, string name, BuildContext context) =>
        Converting.RunAsync(text, r => r with { NamedContexts = new Dictionary<string, BuildContext> { [name] = context } });
}
