using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests;

public sealed class BaseResolverTests : IDisposable
{
    private readonly TempFolder _folder = new("bases");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Resolve_ContextsOfSteps_AreLayoutsOfTheirOwnNames()
    {
        var file = new ProjectFile("/app/run", _folder.Write("run", "#!/bin/sh\n"), new Component(ComponentKind.Application, "Shop", "1.0"));
        var layout = (await new Builder(TestImages.Services).BuildAsync(TestImages.Request(_folder.Path, TestImages.Image(new ScratchBase(), file)), null, default)).LayoutDirectory;
        await using var store = new LocalContentStore(_folder["store"]);
        var image = TestImages.Image(new LocalBase(layout, null)) with { Contexts = new Dictionary<string, BaseImage> { ["tools"] = new LocalBase(layout, null), ["nothing"] = new ScratchBase() } };

        var found = await new BaseResolver(store, null!, null!, 0).ResolveAsync(image, default);

        Assert.Equal(["base-linux-amd64", "context-tools-linux-amd64"], found.Layouts.Select(l => l.Key).Order(StringComparer.Ordinal));
        Assert.Equal(["nothing", "tools"], found.Ground.Contexts.Keys.Order(StringComparer.Ordinal));
        Assert.Same(LlbState.Scratch, found.Ground.Contexts["nothing"]);
        Assert.StartsWith("oci-layout://context-tools-linux-amd64@sha256:", LlbGraph.Load(LlbMarshaller.Marshal(found.Ground.Contexts["tools"])).Vertex.Op.Source.Identifier, StringComparison.Ordinal);
        Assert.Equal(found.Image!.Config.Config, found.Ground.Config!.Config);
    }

    [Fact]
    public async Task Build_WithAStep_IsRefusedWhereNothingRunsSteps()
    {
        var image = TestImages.Image(new ScratchBase()) with { Steps = [new ProjectStep { Name = "fonts", Command = "true" }] };
        var e = await Assert.ThrowsAnyAsync<BuildException>(() => new Builder(TestImages.Services).BuildAsync(TestImages.Request(_folder.Path, image), null, default));
        Assert.Contains("run fonts: true", e.Message);
        Assert.False(File.Exists(_folder["out/index.json"]));
    }
}
