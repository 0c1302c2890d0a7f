using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>Images that stand on others.</summary>
public sealed class BaseTests : IDisposable
{
    private readonly ImageBuild _build = new();
    private readonly TempFolder _work = new("judges");

    public void Dispose()
    {
        _build.Dispose();
        _work.Dispose();
    }

    [Theory]
    [InlineData("oci")]
    [InlineData("oci-archive")]
    [InlineData("docker-archive")]
    public async Task BuildAsync_BaseThatSkopeoWrote_StandsBelowTheApplication(string kind)
    {
        using var ground = new ImageBuild();
        ground.Folder.Write("src/www/index.html", "the base's page\n");
        ground.Folder.Write("src/settings.conf", "colour = green\n");
        await ground.RunAsync(ground.Request);
        var path = _work["base"];
        await Skopeo.CopyAsync($"oci:{ground.Layout}:{ImageBuild.Tag}", $"{kind}:{path}:tests/base:1");

        await _build.RunAsync(_build.Request with { Images = [_build.Image(new LocalBase(path, null))] });

        var bundle = await ImageJudges.AcceptAsync(_build.Layout, ImageBuild.Tag, _work);
        Assert.Equal(ImageBuild.Page, File.ReadAllText(bundle.Root + "/app/www/index.html"));
        var read = await Skopeo.InspectAsync($"oci:{_build.Layout}:{ImageBuild.Tag}");
        Assert.Equal(6, read["Layers"]!.AsArray().Count);
    }

    [Fact]
    public async Task BuildAsync_ComposedDebian_ToolsAcceptItAndItsProgramsRun()
    {
        var ground = new ComposedBase("debian/bookworm", ["dash"], [], null, null);
        var image = _build.Image(ground);
        var command = new[] { "/bin/sh", "-c", "read -r page < /app/www/index.html && echo \"$page\" && exec /app/busybox id -u" };

        await _build.RunAsync(_build.Request with { Images = [image with { Config = image.Config with { AppCommand = command } }] });

        var bundle = await ImageJudges.AcceptAsync(_build.Layout, ImageBuild.Tag, _work);
        Assert.Equal(ImageBuild.Page + "1654\n", (await Crun.RunAsync(bundle)).Succeeded().Output);
        Assert.Equal(ImageBuild.Page + "1654\n", (await Crun.RunRootlessAsync(new Bundle(_work["rootless/bundle"]))).Succeeded().Output);
    }
}
