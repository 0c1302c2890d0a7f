using System.Text;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Build;

namespace MsBuildKit.Tool.Tests.Build;

public sealed class BuildMetadataTests
{
    private static readonly Digest s_image = Digest.Of("image"u8.ToArray()), s_config = Digest.Of("config"u8.ToArray());

    [Fact]
    public void Text_OfOnePlatform_HasTheKeysOfBuildx() => Assert.Equal($$"""
        {
          "containerimage.config.digest": "{{s_config}}",
          "containerimage.descriptor": {
            "mediaType": "{{MediaTypes.OciManifest}}",
            "digest": "{{s_image}}",
            "size": 5
          },
          "containerimage.digest": "{{s_image}}",
          "image.name": "a:1,b:2"
        }

        """, BuildMetadata.Text(Result(1)));

    [Fact]
    public void Text_OfTwoPlatforms_HasNoConfiguration() => Assert.DoesNotContain("config.digest", BuildMetadata.Text(Result(2)));

    [Fact]
    public void IdOf_ALoadedImage_IsWhatItsEngineCallsIt()
    {
        Assert.Equal(s_image.ToString(), BuildMetadata.IdOf(Result(1)));
        Assert.Equal("sha256:abc", BuildMetadata.IdOf(Result(1) with { Loaded = ("Podman", "sha256:abc") }));
    }

    [Theory]
    [InlineData("FROM scratch\n", false)]
    [InlineData("\u001f\u008b\b", true)]
    [InlineData("BZh9", true)]
    [InlineData("", false)]
    public async Task ArchiveSigns_OfAFile_TellArchivesFromTexts(string start, bool expected)
    {
        using var folder = new TempFolder("signs");
        File.WriteAllBytes(folder["input"], Encoding.Latin1.GetBytes(start));
        Assert.Equal(expected, await ArchiveSigns.AreInAsync(folder["input"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WholeFile_Written_ReplacesWhatWasThere()
    {
        using var folder = new TempFolder("whole");
        folder.Write("f", "before");
        await WholeFile.WriteAsync(folder["f"], "after", TestContext.Current.CancellationToken);
        Assert.Equal(["f"], Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        Assert.Equal("after", File.ReadAllText(folder["f"]));
    }

    private static BuildResult Result(int platforms) => new()
    {
        Image = new Descriptor { MediaType = MediaTypes.OciManifest, Digest = s_image, Size = 5 },
        Images = [.. Enumerable.Repeat(new BuiltImage(Platform.LinuxAmd64, new Descriptor { MediaType = MediaTypes.OciManifest, Digest = s_image, Size = 5 }, "{}", "config", null, null, default), platforms)],
        LayoutDirectory = "",
        Names = ["a:1", "b:2"],
        Files = [],
        References = [],
    };
}
