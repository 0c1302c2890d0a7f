using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Statements;

namespace MsBuildKit.Tool.Tests.Daemon.Statements;

public sealed class PlatformImagesTests
{
    private static readonly IReadOnlyList<(string, Platform)> s_platforms = [("linux/amd64", Platform.LinuxAmd64), ("linux/arm64", Platform.LinuxArm64)];

    [Fact]
    public void Of_ImageThatEveryPlatformHas_IsItsOwnAlone()
    {
        ImageMaterial[] images = [Image("base", Platform.LinuxAmd64), Image("base", Platform.LinuxArm64), Image("tool", Platform.LinuxAmd64)];
        Assert.Equal([images[1], images[2]], PlatformImages.Of(images, s_platforms, "linux/arm64"));
        Assert.Equal(images, PlatformImages.Of(images, [], ""));
    }

    private static ImageMaterial Image(string name, Platform platform) => new(ImageReference.Parse(name), platform, Digest.Of("x"u8), IsLayout: false);
}
