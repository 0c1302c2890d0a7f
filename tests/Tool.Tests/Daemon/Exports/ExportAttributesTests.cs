using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Exports;

public sealed class ExportAttributesTests
{
    [Fact]
    public void Read_ImageAttributes_AreUnderstood()
    {
        var read = ImageAttributes.Read(new Dictionary<string, string>
        {
            ["name"] = "a/b:1, c:2", ["push"] = "true", ["oci-mediatypes"] = "false", ["compression"] = "zstd", ["compression-level"] = "3", ["source-date-epoch"] = "5",
            ["annotation.k"] = "v", ["annotation-index.i"] = "w", ["tar"] = "false", ["something-new"] = "x",
        });
        Assert.Equal(["a/b:1", "c:2"], read.Names);
        Assert.Equal((true, false, new LayerCompression(Compression.Zstd, 3), 5L, false), (read.Push, read.OciMediaTypes, read.Compression, read.SourceDateEpoch, read.Tar));
        Assert.Equal("v", read.Said["annotation.k"]);
    }

    [Fact]
    public void Describe_WhatIsSaidOfAResult_WinsOverItsFrontend()
    {
        var result = new FrontendResult { Metadata = new Dictionary<string, ByteString> { ["containerimage.config"] = ByteString.CopyFromUtf8("its own"), ["other"] = ByteString.Empty } };
        var said = ImageAttributes.Read(new Dictionary<string, string> { ["containerimage.config"] = "mine", ["push"] = "true" }).Describe(result);
        Assert.Equal(("mine", 2), (said.Find("containerimage.config", "linux/amd64")!.ToStringUtf8(), said.Metadata.Count));
        Assert.Same(result, ImageAttributes.Read(new Dictionary<string, string> { ["push"] = "true" }).Describe(result));
    }

    [Theory]
    [InlineData("push", "maybe")]
    [InlineData("compression", "rar")]
    [InlineData("compression-level", "high")]
    public void Read_ValueThatMakesNoSense_IsRefused(string key, string value)
    {
        var error = Assert.ThrowsAny<BuildException>(() => ImageAttributes.Read(new Dictionary<string, string> { [key] = value }));
        Assert.Equal("MBK2507", error.Code);
        Assert.Contains(key, error.Message);
    }

    [Fact]
    public void Create_ForAClientThatIsNotThere_OnlyImages()
    {
        Assert.Single(ExportFactory.Create([new Exporter { Type = "image" }], null, false).Exports);
        Assert.Contains("session", Assert.ThrowsAny<BuildException>(() => ExportFactory.Create([new Exporter { Type = "oci" }], null, false)).Message);
        Assert.Contains("could not be found", Assert.ThrowsAny<BuildException>(() => ExportFactory.Create([new Exporter { Type = "moby" }], null, false)).Message);
    }

    [Fact]
    public void Create_ExportersThatWantOtherLayers_GetTheUsualOnesToBeCompressedAnew()
    {
        static Exporter Image(string compression) => new() { Type = "image", Attrs = { ["compression"] = compression } };
        Assert.Equal(Compression.Zstd, ExportFactory.Create([Image("zstd"), Image("zstd")], null, false).Layering.Compression);
        Assert.Equal(Compression.Gzip, ExportFactory.Create([Image("zstd"), Image("gzip")], null, false).Layering.Compression);
        Assert.Equal(Compression.Gzip, ExportFactory.Create([Image("zstd")], null, true).Layering.Compression);
    }

    [Fact]
    public void Platforms_OfAResult_AreThoseThatItNames()
    {
        var two = new FrontendResult
        {
            Refs = new Dictionary<string, BuildRef>(),
            Metadata = new Dictionary<string, ByteString> { ["refs.platforms"] = ByteString.CopyFromUtf8("""{"Platforms":[{"ID":"linux/arm/v7","Platform":{"architecture":"arm","os":"linux","variant":"v7"}}]}""") },
        };
        var (id, platform) = Assert.Single(ResultImages.Platforms(two, Platform.LinuxAmd64));
        Assert.Equal(("linux/arm/v7", "linux/arm/v7"), (id, platform.ToString()));
        Assert.Equal("linux/amd64", Assert.Single(ResultImages.Platforms(new FrontendResult(), Platform.LinuxAmd64)).Platform.ToString());
        foreach (var bad in new[] { "{", "[]", """{"Platforms":[{"ID":1}]}""" })
            Assert.ThrowsAny<BuildException>(() => ResultImages.Platforms(two with { Metadata = new Dictionary<string, ByteString> { ["refs.platforms"] = ByteString.CopyFromUtf8(bad) } }, Platform.LinuxAmd64));
    }
}
