using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Frontends.Dockerfile;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Tool.Tests.Daemon.Frontends.Dockerfile;

public sealed class AttributeReaderTests
{
    [Fact]
    public void Read_Nothing_IsADockerfileInTheContextForThisMachine()
    {
        var read = Read();
        Assert.Equal("Dockerfile", read.FileName);
        Assert.Null(read.DockerfileFolder);
        Assert.Null(read.GitContext);
        Assert.Null(read.WebContext);
        Assert.Null(read.Request.NoCache);
        Assert.False(read.Request.IsMultiPlatform);
        Assert.Equal(Platform.LinuxAmd64, Assert.Single(read.Request.Platforms));
        Assert.Equal(7, read.Request.SourceDateEpoch);
    }

    [Fact]
    public void Read_EveryKey_IsUnderstood()
    {
        var read = Read(
            ("filename", "build/Dockerfile"), ("dockerfilekey", "files"), ("target", "app"), ("build-arg:A", "1"), ("label:maker", "me"), ("platform", "linux/amd64,linux/arm64/v8"),
            ("no-cache", "one,two"), ("image-resolve-mode", "pull"), ("add-hosts", "DB=10.0.0.5,v6=[::1]"), ("shm-size", "1024"), ("ulimit", "nofile=10:20,nproc=5"),
            ("cgroup-parent", "group"), ("hostname", "box"), ("force-network-mode", "none"), ("local-sessionid:context", "abc"), ("requestid", "frontend.outline"),
            ("contextsubdir", "sub"), ("frontend.caps", "moby.buildkit.frontend.contexts"), ("some-key", "of others"));
        var request = read.Request;
        Assert.Equal(("build/Dockerfile", "files", "sub", "frontend.outline"), (read.FileName, read.DockerfileFolder, read.ContextFolder, read.Subrequest));
        Assert.Equal("abc", read.Lent("context").SessionId);
        Assert.Equal(("app", "1", "me"), (request.Target, request.BuildArgs["A"], request.Labels["maker"]));
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], request.Platforms);
        Assert.True(request.IsMultiPlatform);
        Assert.Equal(["one", "two"], request.NoCache!);
        Assert.Equal(["db 10.0.0.5", "v6 ::1"], request.ExtraHosts.Select(h => $"{h.Key} {h.Value}"));
        Assert.Equal((1024L, "group", "box", NetMode.None), (request.ShmSize, request.CgroupParent, request.Hostname, request.Network));
        Assert.Equal([new Ulimit { Name = "nofile", Soft = 10, Hard = 20 }, new Ulimit { Name = "nproc", Soft = 5, Hard = 5 }], request.Ulimits);
        Assert.Null(read.MissingCapability);
    }

    [Fact]
    public void Read_NoCacheWithoutStages_IsForAll() => Assert.Empty(Read(("no-cache", "")).Request.NoCache!);

    [Fact]
    public void Read_SeveralBadValues_AreToldAtOnce()
    {
        var error = Assert.Throws<FrontendException>(() => Read(
            ("platform", "linux"), ("image-resolve-mode", "sometimes"), ("add-hosts", "db"), ("shm-size", "much"), ("ulimit", "nofil=1"), ("force-network-mode", "some"),
            ("multi-platform", "maybe"), ("memory", "1000"), ("context:a", "what"), ("context:b", "input:none"), ("context:c", "target:x"), ("context:d", "oci-layout://store:tag")));
        Assert.Equal("MBK2520", error.Code);
        foreach (var key in new[] { "platform", "image-resolve-mode", "add-hosts", "shm-size", "ulimit", "force-network-mode", "multi-platform", "memory", "context:a", "context:b", "context:c", "context:d" })
            Assert.Contains($"{key}: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("multi-platform", "true", true)]
    [InlineData("multi-platform", "0", false)]
    [InlineData("build-arg:BUILDKIT_MULTI_PLATFORM", "1", true)]
    public void Read_MultiPlatform_CountsForOne(string key, string value, bool expected) => Assert.Equal(expected, Read((key, value), ("platform", "linux/arm64")).Request.IsMultiPlatform);

    [Fact]
    public void Read_SeveralPlatformsThatMustBeOne_AreRefused() =>
        Assert.Contains("there are 2", Assert.Throws<FrontendException>(() => Read(("multi-platform", "false"), ("platform", "linux/arm64,linux/amd64"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_GitContext_IsACommit()
    {
        var read = Read(("context", "https://example.com/team/app.git#v1:src"), ("build-arg:SOURCE_DATE_EPOCH", "1"));
        var op = Op.Parser.ParseFrom(LlbMarshaller.Marshal(read.GitContext!).Def[0]).Source;
        Assert.StartsWith("git://example.com/team/app.git#v1:src", op.Identifier, StringComparison.Ordinal);
        Assert.Equal("commit", op.Attrs["git.mtime"]);
        Assert.Null(read.WebContext);
    }

    [Fact]
    public void Read_WebContextUnderAnotherKey_IsFound()
    {
        var read = Read(("contextkey", "place"), ("place", "https://example.com/app.tar.gz"));
        Assert.Equal("https://example.com/app.tar.gz", read.WebContext);
        Assert.Null(read.GitContext);
    }

    [Theory]
    [InlineData("a.b.c", "a.b.c", false)]
    [InlineData("a.b.c+forward", "a.b.c", true)]
    [InlineData("moby.buildkit.frontend.inputs+forward,a.b.c+forward,d", "a.b.c", false)]
    public void Read_CapabilityThatIsNotThere_IsNamed(string asked, string missing, bool mayForward)
    {
        var read = Read(("frontend.caps", asked));
        Assert.Equal((missing, mayForward), (read.MissingCapability, read.MayForward));
    }

    [Fact]
    public void Read_NamedContexts_OfEveryKind()
    {
        var digest = "sha256:" + new string('a', 64);
        var graph = LlbMarshaller.Marshal(LlbState.Local("files"));
        var config = Convert.ToBase64String("""{"architecture":"arm64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}"""u8);
        var call = FrontendBuild.CallWith(
            new() { ["base"] = graph },
            ("context:image", "docker-image://alpine:3"), ("context:nothing", "docker-image://scratch"), ("context:layout::linux/arm64", "oci-layout://store@" + digest),
            ("context:folder", "local:files"), ("local-sessionid:files", "other"), ("sharedkey:localdir:folder", "key"), ("context:graph", "input:base"),
            ("input-metadata:base", $$"""{"containerimage.config":"{{config}}"}"""),
            ("context:git", "https://example.com/a.git#main"), ("context:ssh", "git@example.com:a.git"), ("context:web", "https://example.com/a.tar"));
        var contexts = new AttributeReader(call, Platform.LinuxAmd64, 0).Read().Request.NamedContexts;
        Assert.Equal("docker.io/library/alpine:3", Assert.IsType<ImageContext>(contexts["image"]).Reference.ToString());
        Assert.IsType<NoContext>(contexts["nothing"]);
        var layout = Assert.IsType<LayoutContext>(contexts["layout::linux/arm64"]);
        Assert.Equal(("store", digest), (layout.Store, layout.Digest.ToString()));
        Assert.Equal(new FolderContext("files") { SessionId = "other", SharedKey = "key" }, contexts["folder"]);
        var input = Assert.IsType<GraphContext>(contexts["graph"]);
        Assert.Equal(graph, LlbMarshaller.Marshal(input.Tree));
        Assert.Equal("arm64", input.Config!.Architecture);
        Assert.IsType<GitContext>(contexts["git"]);
        Assert.IsType<GitContext>(contexts["ssh"]);
        Assert.IsType<HttpContext>(contexts["web"]);
    }

    [Fact]
    public void Read_NamedImageThatAPolicyMakesAnotherSource_IsThatSource()
    {
        var call = FrontendBuild.Call(("context:a", "docker-image://alpine"), ("context:b", "docker-image:busybox"), ("local-sessionid:files", "other"));
        var contexts = new AttributeReader(call, Platform.LinuxAmd64, 0, i => i == "docker-image://docker.io/library/alpine:latest" ? "local://files" : i).Read().Request.NamedContexts;
        Assert.Equal(new FolderContext("files") { SessionId = "other" }, contexts["a"]);
        Assert.Equal("docker.io/library/busybox:latest", Assert.IsType<ImageContext>(contexts["b"]).Reference.ToString());
    }

    [Theory]
    [InlineData("git://example.com/a.git", typeof(GitContext))]
    [InlineData("https://example.com/a.tar", typeof(HttpContext))]
    [InlineData("docker-image://another", typeof(ImageContext))]
    public void Read_NamedImageThatAPolicyChanges_IsWhatItSays(string converted, Type kind) =>
        Assert.IsType(kind, new AttributeReader(FrontendBuild.Call(("context:a", "docker-image://alpine")), Platform.LinuxAmd64, 0, _ => converted).Read().Request.NamedContexts["a"]);

    private static DockerfileAttributes Read(params (string, string)[] attributes) => new AttributeReader(FrontendBuild.Call(attributes), Platform.LinuxAmd64, 7).Read();
}
