using Google.Protobuf;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;

namespace MsBuildKit.Tool.Tests.Daemon.Exports;

public sealed class ImageAnnotationsTests
{
    [Fact]
    public void Read_ByKindAndPlatform_GoWhereTheyAreMeant()
    {
        var annotations = new ImageAnnotations(
            new Dictionary<string, ByteString> { ["annotation.a"] = ByteString.CopyFromUtf8("frontend"), ["annotation.b"] = ByteString.CopyFromUtf8("frontend") },
            new Dictionary<string, string>
            {
                ["annotation.b"] = "client", ["annotation-manifest[linux/arm64].b"] = "arm", ["annotation-index.c"] = "index", ["annotation-index-descriptor.d"] = "pointing",
                ["annotation-manifest-descriptor[linux/amd64].e"] = "amd", ["annotation-other.f"] = "nobody", ["name"] = "n",
            });
        Assert.Equal([("a", "frontend"), ("b", "client")], annotations.OfManifest(Platform.LinuxAmd64).Select(p => (p.Key, p.Value)).Order());
        Assert.Equal("arm", annotations.OfManifest(Platform.LinuxArm64)["b"]);
        Assert.Equal([("c", "index")], annotations.OfIndex.Select(p => (p.Key, p.Value)));
        Assert.Equal([("d", "pointing")], annotations.OfIndexDescriptor.Select(p => (p.Key, p.Value)));
        Assert.Equal("amd", annotations.OfManifestDescriptor(Platform.LinuxAmd64)["e"]);
        Assert.Empty(annotations.OfManifestDescriptor(Platform.LinuxArm64));
    }

    [Theory]
    [InlineData("null", "invalid null image config for export")]
    [InlineData("""{"architecture":"amd64","os":"","rootfs":{"type":"layers","diff_ids":null}}""", "os and architecture must be specified together")]
    public void Validate_AConfigurationThatNoExporterCouldUse_IsRefused(string config, string why) =>
        Assert.Contains(why, Assert.ThrowsAny<Exception>(() => ResultImages.Validate(Result("containerimage.config", config))).Message);

    [Theory]
    [InlineData("null", "invalid empty platforms index for exporter")]
    [InlineData("""{"Platforms":[{"ID":"","Platform":{"os":"","architecture":""}}]}""", "invalid empty platform key for exporter")]
    [InlineData("""{"Platforms":[{"ID":"a","Platform":{"os":"","architecture":""}}]}""", "invalid platform value")]
    public void Validate_PlatformsThatNoExporterCouldUse_AreRefused(string platforms, string why) =>
        Assert.Contains(why, Assert.ThrowsAny<Exception>(() => ResultImages.Validate(Result("refs.platforms", platforms))).Message);

    private static FrontendResult Result(string key, string value) => new() { Metadata = new Dictionary<string, ByteString> { [key] = ByteString.CopyFromUtf8(value) } };
}
