using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using static MsBuildKit.Tasks.Tests.TaskBench;

namespace MsBuildKit.Tasks.Tests;

public sealed class DockerfileFactoryTests : IDisposable
{
    private readonly TaskBench _bench = new();

    public DockerfileFactoryTests() => _bench.Folder.Write("project/Dockerfile", "FROM scratch\nCOPY --from=publish . /app\n");

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void Create_Dockerfile_LendsTheProjectAndWhatItPublishes()
    {
        var request = _bench.Create(WithFile);

        var dockerfile = request.Dockerfile!;
        Assert.Empty(request.Images);
        Assert.Equal(_bench.Folder["project/Dockerfile"], dockerfile.Request.File);
        Assert.Equal("FROM scratch\nCOPY --from=publish . /app\n", dockerfile.Request.Text);
        Assert.Equal([Platform.LinuxAmd64], dockerfile.Request.Platforms);
        Assert.Equal(_bench.Project, dockerfile.Folders[((FolderContext)dockerfile.Request.Context).Name]);
        Assert.Equal(new FolderContext("publish"), dockerfile.Request.NamedContexts["publish"]);
        Assert.Equal(["Shop.dll"], Assert.Single(dockerfile.Trees).Files.Select(f => f.Path));
    }

    [Theory]
    [InlineData("", 315_532_800)]
    [InlineData("0", 0)]
    [InlineData("1700000000", 1_700_000_000)]
    public void Create_Epoch_IsOneThatArchivesCanHoldUnlessItIsSaid(string said, long expected)
    {
        var request = _bench.Create(p => WithFile(p) with { SourceDateEpoch = said });

        Assert.Equal((expected, expected), (request.SourceDateEpoch, request.Dockerfile!.Request.SourceDateEpoch));
    }

    [Fact]
    public void Create_SeveralRuntimeIdentifiers_PublishForEachPlatform()
    {
        _bench.Parts.Add(ImagePart("linux-arm64"));
        _bench.Parts.Add(Item(_bench.Folder.Write("arm/Shop.dll", "MZ"), ("Kind", "File"), ("RuntimeIdentifier", "linux-arm64"), ("RelativePath", "Shop.dll")));

        var dockerfile = _bench.Create(WithFile).Dockerfile!;

        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], dockerfile.Request.Platforms);
        Assert.Equal(["publish::linux/amd64", "publish::linux/arm64"], dockerfile.Request.NamedContexts.Keys.Order());
        Assert.Equal(["publish-linux-amd64", "publish-linux-arm64"], dockerfile.Trees.Select(t => t.Name));
    }

    [Fact]
    public void Create_Everything_IsInTheRequest()
    {
        Directory.CreateDirectory(_bench.Folder["src"]);
        Directory.CreateDirectory(_bench.Folder["tools"]);
        Directory.CreateDirectory(_bench.Folder["layout"]);

        var request = _bench.Create(p => WithFile(p) with
        {
            DockerfileContext = "../src", DockerfileTarget = "final", AllowInsecure = "true", AllowDevices = "true",
            BuildArgs = [Item("VERSION", ("Value", "1=2"))],
            Labels = [Item("who", ("Value", "me"))],
            Contexts = [Item("Tools", ("Source", "../tools")), Item("image", ("Source", "docker-image://r.example/x:1")), Item("saved", ("Source", "oci-layout://../layout:2.0"))],
        });

        var dockerfile = request.Dockerfile!;
        Assert.True(request.AllowInsecure);
        Assert.True(request.AllowDevices);
        Assert.Equal("final", dockerfile.Request.Target);
        Assert.Equal(_bench.Folder["src"], dockerfile.Folders["context"]);
        Assert.Equal(_bench.Folder["tools"], dockerfile.Folders["tools"]);
        Assert.Equal(_bench.Folder["layout"], dockerfile.Layouts["saved"]);
        Assert.Equal("1=2", dockerfile.Request.BuildArgs["VERSION"]);
        Assert.Equal("me", dockerfile.Request.Labels["who"]);
        Assert.Equal(new ImageContext(ImageReference.Parse("r.example/x:1")), dockerfile.Request.NamedContexts["image"]);
        Assert.Equal(new LayoutContext("saved", "2.0", null), dockerfile.Request.NamedContexts["saved"]);
    }

    [Theory]
    [InlineData("Dockerfile.dockerignore", "own")]
    [InlineData(".dockerignore", "common")]
    public void Create_IgnoreFiles_TheDockerfilesOwnWins(string present, string expected)
    {
        _bench.Folder.Write("project/.dockerignore", "common\n");
        if (present != ".dockerignore") _bench.Folder.Write($"project/{present}", "own\n");

        Assert.Contains(expected, _bench.Create(WithFile).Dockerfile!.Request.Ignore);
    }

    [Fact]
    public void Create_WhatTheBuildWritesIntoTheContext_IsLeftOut()
    {
        var ignore = _bench.Create(p => WithFile(p) with { OutputDirectory = _bench.Folder["project/bin/container/"], StateDirectory = _bench.Folder["project/obj/container"] }).Dockerfile!.Request.Ignore;

        Assert.Equal(["bin/container", "obj/container"], ignore);
    }

    [Fact]
    public void Create_WhatOnlyADockerfileCanSay_IsRefusedBesideIt()
    {
        var problems = _bench.Refuse(p => WithFile(p) with { User = "app", Steps = [Item("one", ("Command", "true"))], Ports = [Item("80")] });

        Assert.Equal(["MBK1040", "MBK1040", "MBK1040"], problems.Select(p => p.Code));
        Assert.All(problems, AssertHelpful);
    }

    [Fact]
    public void Create_DockerfileThatIsNotThere_IsRefused() => _bench.Refuse("MBK1040", "ContainerDockerfile", p => p with { Dockerfile = "No" });

    [Fact]
    public void Create_ContextThatIsNotThere_IsRefused() => _bench.Refuse("MBK1040", "ContainerDockerfileContext", p => WithFile(p) with { DockerfileContext = "no" });

    [Theory]
    [InlineData("publish")]
    [InlineData("Context")]
    public void Create_ContextWithOneOfOurNames_IsRefused(string name) =>
        _bench.Refuse("MBK1036", "ContainerContext", p => WithFile(p) with { Contexts = [Item(name, ("Source", "docker-image://r.example/x"))] });

    private static BuildImageParameters WithFile(BuildImageParameters parameters) => parameters with { Dockerfile = "Dockerfile" };
}
