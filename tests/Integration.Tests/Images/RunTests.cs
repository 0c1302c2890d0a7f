using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>What is built runs.</summary>
public sealed class RunTests : IDisposable
{
    private readonly ImageBuild _build = new();
    private readonly TempFolder _work = new("judges");

    public void Dispose()
    {
        _build.Dispose();
        _work.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BuildAsync_WebServerOnScratch_Answers(bool rootless)
    {
        var port = LoopbackPort.FindFree();
        await _build.RunAsync(_build.Request with { Images = [_build.Image(new ScratchBase(), port: port)] });
        var bundle = await ImageJudges.AcceptAsync(_build.Layout, ImageBuild.Tag, _work);

        await using var container = rootless ? Crun.StartRootless(new Bundle(_work["rootless/bundle"])) : Crun.Start(bundle);

        Assert.Equal(ImageBuild.Page, await container.GetAsync($"http://127.0.0.1:{port}/"));
    }
}
