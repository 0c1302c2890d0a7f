using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>Projects whose graphs are solved somewhere else.</summary>
public sealed class RemoteProjectTests : IDisposable
{
    private readonly TempFolder _folder = new("remote-project");
    private readonly MergingSolver _solver = new();

    public RemoteProjectTests()
    {
        HostileImage.Write(_folder["base"], [new RawTar().Folder("tmp").File("etc/passwd", "root:x:0:0::/:/bin/sh\n").ToArray()], Compression.Gzip);
        foreach (var file in new[] { "run", "package", "extra" }) _folder.Write("src/" + file, file);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_WithoutSteps_IsTheImageOfABuildHere()
    {
        var elsewhere = await BuildAsync("elsewhere", TestImages.Services with { Remote = _solver });
        var here = await BuildAsync("here", TestImages.Services);
        Assert.Equal(here.Image, elsewhere.Image);
        Assert.Equal(here.Images[0].Graph.ToArray(), elsewhere.Images[0].Graph.ToArray());
    }

    [Fact]
    public async Task Build_Files_AreLentAsLayersThatNeedNotComeBack()
    {
        await BuildAsync("elsewhere", TestImages.Services with { Remote = _solver });
        var top = LlbGraph.Load(_solver.Graph!.Graph).Vertex;
        Assert.Equal(["from base", "copy the packages", "copy the application", "copy the extra files"], top.Inputs.Select(i => i.Vertex.Name));
        Assert.Equal(4, _solver.Graph.KnownBlobs.Count);
        Assert.Equal(5, _solver.Graph.Graph.Def.Count - 1);
    }

    [Fact]
    public async Task Build_LayersOfSteps_AreToldOfWhereTheyLie()
    {
        var result = await BuildAsync("elsewhere", TestImages.Services with { Remote = _solver }, new ProjectStep { Name = "early", Command = "true" }, new ProjectStep { Name = "late", Command = "false", Stage = StepStage.App });
        var image = await ImageResolution.ResolveAsync(new ImageLayout(result.LayoutDirectory), result.Image, Platform.LinuxAmd64, default);
        Assert.Equal(6, image.Document.Layers.Count);
        Assert.Equal(
            ["true", "copy the packages", "copy the application", "copy the extra files", "false"],
            image.Config.History!.TakeLast(5).Select(h => h.CreatedBy!.StartsWith("copy ", StringComparison.Ordinal) ? h.CreatedBy : h.CreatedBy.Split(' ')[^3]));
    }

    private Task<BuildResult> BuildAsync(string folder, BuilderServices services, params ProjectStep[] steps)
    {
        ProjectFile File(string name, string target, ComponentKind kind) => new(target, _folder["src/" + name], new Component(kind, name, "1.0"));
        var image = TestImages.Image(
            new LocalBase(_folder["base"], null), File("run", "/app/run", ComponentKind.Application), File("package", "/app/package", ComponentKind.Package), File("extra", "/tmp/extra", ComponentKind.Extra));
        return new Builder(services).BuildAsync(TestImages.Request(_folder[folder], image with { Steps = steps }), null, default);
    }
}
