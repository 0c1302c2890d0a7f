using Google.Protobuf;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Tests.Daemon.Frontends;

namespace MsBuildKit.Tool.Tests.Daemon.Exports;

public sealed class ResultImagesTests
{
    [Fact]
    public async Task OfAsync_ConfigurationWithoutATree_IsAnImageWithoutLayers()
    {
        await using var build = new FrontendBuild();
        var result = build.Bridge.Read(new() { Ref = new() { Id = "" }, Metadata = { ["containerimage.config"] = ByteString.CopyFromUtf8("""{"architecture":"arm64","os":"linux","config":{"User":"app"},"rootfs":{"type":"layers","diff_ids":[]}}""") } });

        var image = Assert.Single(await ImagesOfAsync(build, result));

        Assert.Equal(("app", "linux/arm64"), (image.Config.Config?.User, image.Platform.ToString()));
        Assert.Empty(await build.Bridge.Job.LayersOfAsync(image.Result, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task OfAsync_Nothing_IsNone()
    {
        await using var build = new FrontendBuild();
        Assert.Empty(await ImagesOfAsync(build, new FrontendResult()));
    }

    private static Task<IReadOnlyList<Engine.SolvedImage>> ImagesOfAsync(FrontendBuild build, FrontendResult result) => ResultImages.OfAsync(
        result, new ImageTimes(ImageAttributes.Read(new Dictionary<string, string>()), 0), build.Bridge, _ => Task.FromResult<IReadOnlyList<Engine.Attestations.Predicate>>([]), TestContext.Current.CancellationToken);
}
