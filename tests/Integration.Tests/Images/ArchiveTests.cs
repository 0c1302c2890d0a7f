using MsBuildKit.Engine;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Images;

/// <summary>Archives are what others take for archives.</summary>
public sealed class ArchiveTests : IDisposable
{
    private readonly ImageBuild _build = new();
    private readonly TempFolder _work = new("judges");

    public void Dispose()
    {
        _build.Dispose();
        _work.Dispose();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BuildAsync_OciArchive_SkopeoFindsTheSameImage(bool described)
    {
        var path = _work["image.tar"];

        var result = await _build.RunAsync(_build.Request with { Sbom = described, Provenance = described, Outputs = [new ArchiveOutput(path, Docker: false)] });

        await Skopeo.CopyAsync($"oci-archive:{path}:{ImageBuild.Tag}", $"oci:{_work["unpacked"]}:{ImageBuild.Tag}", "--all");
        Assert.Equal(result.Image.Digest, Digest.Of(System.Text.Encoding.UTF8.GetBytes(await Skopeo.RawAsync($"oci:{_work["unpacked"]}:{ImageBuild.Tag}"))));
    }

    [Fact]
    public async Task BuildAsync_OciArchive_SkopeoReadsItWithoutRoot()
    {
        var path = _work["image.tar"];
        await _build.RunAsync(_build.Request with { Outputs = [new ArchiveOutput(path, Docker: false)] });

        var home = await TestUser.MakeFolderAsync(_work, "home");
        await Skopeo.CopyRootlessAsync($"oci-archive:{path}:{ImageBuild.Tag}", $"oci:{home}/unpacked:{ImageBuild.Tag}");

        Assert.True(File.Exists(Path.Combine(home, "unpacked/index.json")));
    }

    [Theory]
    [InlineData(Compression.Gzip, false)]
    [InlineData(Compression.Gzip, true)]
    [InlineData(Compression.None, true)]
    public async Task BuildAsync_DockerArchive_SkopeoAndCraneTakeIt(Compression compression, bool dockerFormat)
    {
        var path = _work["image.tar"];

        var result = await _build.RunAsync(_build.Request with
        {
            Compression = compression, DockerFormat = dockerFormat, Tags = ["1.0", "latest"], Outputs = [new ArchiveOutput(path, Docker: true)],
        });

        var config = await ImageJudges.AcceptDockerArchiveAsync(path);
        Assert.Equal("to be judged", (string?)config["config"]!["Labels"]!["tests.purpose"]);
        Assert.Equal(ImageConfig.Parse(System.Text.Encoding.UTF8.GetBytes(result.Images[0].ConfigJson)).RootFs.DiffIds.Select(d => d.ToString()),
            config["rootfs"]!["diff_ids"]!.AsArray().Select(d => (string)d!));
        var named = await Skopeo.InspectAsync($"docker-archive:{path}:docker.io/tests/pages:latest");
        Assert.Equal(3, named["Layers"]!.AsArray().Count);
    }

    // crane knows gzip only, so here it is not asked.
    [Fact]
    public async Task BuildAsync_DockerArchiveWithZstd_SkopeoReadsItWhole()
    {
        var path = _work["image.tar"];

        await _build.RunAsync(_build.Request with { Compression = Compression.Zstd, Outputs = [new ArchiveOutput(path, Docker: true)] });

        await Skopeo.CopyAsync($"docker-archive:{path}", $"oci:{_work["unpacked"]}:{ImageBuild.Tag}");
        await TestUser.OpenAsync(_work.Path);
        var bundle = await Umoci.UnpackAsync(_work["unpacked"], ImageBuild.Tag, _work["bundle"]);
        Assert.Equal(ImageBuild.Page, File.ReadAllText(bundle.Root + "/app/www/index.html"));
    }

    [Fact]
    public async Task BuildAsync_TarAndDirectory_HaveTheFilesThatUmociUnpacks()
    {
        var (tar, folder) = (_work["files.tar"], _work["files"]);

        var result = await _build.RunAsync(_build.Request with { Sbom = false, Provenance = false, Outputs = [new TreeOutput(tar, IsTar: true), new TreeOutput(folder, IsTar: false)] });

        var bundle = await Umoci.UnpackAsync(_build.Layout, ImageBuild.Tag, _work["bundle"]);
        (await Command.RunAsync("tar", ["--compare", "--numeric-owner", "-f", tar, "-C", bundle.Root])).Succeeded();
        (await Command.RunAsync("diff", ["-r", bundle.Root, folder])).Succeeded();
        Assert.Contains(Path.Combine(folder, "app/www/index.html"), result.Files);
        Assert.Contains(tar, result.Files);
    }
}
