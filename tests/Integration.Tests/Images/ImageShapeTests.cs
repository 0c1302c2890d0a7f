using MsBuildKit.Engine;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>Every shape that an image of one platform can have is taken by the programs that others use.</summary>
public sealed class ImageShapeTests : IDisposable
{
    private readonly ImageBuild _build = new();
    private readonly TempFolder _work = new("judges");

    public void Dispose()
    {
        _build.Dispose();
        _work.Dispose();
    }

    [Theory]
    [InlineData(Compression.Gzip, true)]
    [InlineData(Compression.Gzip, false)]
    [InlineData(Compression.Zstd, true)]
    [InlineData(Compression.None, false)]
    public async Task BuildAsync_EveryShape_ForeignToolsReadAndUnpackIt(Compression compression, bool described)
    {
        var result = await _build.RunAsync(_build.Request with { Compression = compression, Sbom = described, Provenance = described });

        var bundle = await ImageJudges.AcceptAsync(_build.Layout, ImageBuild.Tag, _work);

        Assert.Equal(ImageBuild.Page, File.ReadAllText(bundle.Root + "/app/www/index.html"));
        var owners = (await Command.RunAsync("stat", ["-c", "%u:%g %a %Y %n", "app", "app/busybox", "app/www/index.html", "etc/pages/settings.conf"], bundle.Root)).Succeeded();
        Assert.Equal(
            "1654:1654 755 1700000000 app\n1654:1654 755 1700000000 app/busybox\n1654:1654 644 1700000000 app/www/index.html\n7:8 640 1700000000 etc/pages/settings.conf\n",
            owners.Output);
        Assert.Equal(described, MediaTypes.IsIndex(result.Image.MediaType));
        Assert.Equal(["1654", "/app/busybox"], [bundle.ReadConfig()["process"]!["user"]!["uid"]!.ToString(), bundle.ReadConfig()["process"]!["args"]![0]!.ToString()]);
    }

    [Fact]
    public async Task BuildAsync_TwoPlatforms_EachIsFoundAndReadWhole()
    {
        var images = new[] { Platform.LinuxAmd64, Platform.LinuxArm64 }.Select(p => _build.Image(new ScratchBase(), p));

        await _build.RunAsync(_build.Request with { Images = [.. images] });

        await ImageJudges.AcceptAsync(_build.Layout, ImageBuild.Tag, _work);
        foreach (var architecture in new[] { "amd64", "arm64" })
        {
            var found = await Skopeo.InspectAsync($"oci:{_build.Layout}:{ImageBuild.Tag}", "--override-arch", architecture);
            Assert.Equal(architecture, (string?)found["Architecture"]);
        }
        Assert.Equal(5, Directory.GetFiles(_work["whole"], "*manifest.json").Length);
    }

    [Fact]
    public async Task BuildAsync_SeveralTags_EachNamesTheSameImage()
    {
        await _build.RunAsync(_build.Request with { Tags = ["1.0", "1", "latest"] });

        var digests = new HashSet<string>();
        foreach (var tag in new[] { "1.0", "1", "latest" }) digests.Add(await Skopeo.RawAsync($"oci:{_build.Layout}:{tag}"));
        Assert.Single(digests);
    }
}
