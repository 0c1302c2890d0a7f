using Google.Protobuf;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;

namespace MsBuildKit.Tool.Tests.Daemon.Exports;

public sealed class ImageTimesTests
{
    private static readonly SolvedImage s_image = new(Platform.LinuxAmd64, null, new LayersResult(LayerChain.Scratch), new ImageConfig { Architecture = "amd64", Os = "linux", Created = "then" });

    [Fact]
    public void Apply_WhatTheExporterIsTold_GoesBeforeWhatTheFrontendFound()
    {
        Assert.Equal("1970-01-01T00:00:07Z", Apply(Result(("source.date.epoch", "9")), ("source-date-epoch", "7")).Config.Created);
        Assert.Equal("1970-01-01T00:00:09Z", Apply(Result(("source.date.epoch", "9"))).Config.Created);
        Assert.Equal("1970-01-01T00:00:08Z", Apply(Result(("source.date.epoch", "9"), ("source.date.epoch/linux/amd64", "8"))).Config.Created);
    }

    [Fact]
    public void Apply_AnEpochThatIsReset_LeavesTheImageAsItIs() =>
        Assert.Same(s_image, Apply(Result(("source.date.epoch", "9")), ("source-date-epoch", ""), ("rewrite-timestamp", "true")));

    [Fact]
    public void Apply_TimesThatAreToBeRewritten_AreSaidOfLayersAboveTheBase()
    {
        Assert.Null(Apply(Result(("source.date.epoch", "9"))).Stamp);
        Assert.Equal(new LayerStamp(9, 2), Apply(Result(("source.date.epoch", "9")), ("rewrite-timestamp", "true")).Stamp);
    }

    [Fact]
    public void Apply_ATimeBeforeThatOfTheLayers_IsRefused()
    {
        var error = Assert.ThrowsAny<BuildException>(() => Apply(Result(("source.date.epoch", "4")), ("rewrite-timestamp", "true")));
        Assert.Equal("MBK2519", error.Code);
        Assert.Contains("1970-01-01T00:00:04Z", error.Message);
    }

    [Fact]
    public void Apply_ATimeThatIsNone_IsRefused() => Assert.Equal("MBK2507", Assert.ThrowsAny<BuildException>(() => Apply(Result(("source.date.epoch", "now")))).Code);

    private static SolvedImage Apply(FrontendResult result, params (string Key, string Value)[] attributes) =>
        new ImageTimes(ImageAttributes.Read(attributes.ToDictionary(a => a.Key, a => a.Value)), newest: 5).Apply(s_image, result, "linux/amd64", baseLayers: 2);

    private static FrontendResult Result(params (string Key, string Value)[] metadata) => new() { Metadata = metadata.ToDictionary(m => m.Key, m => ByteString.CopyFromUtf8(m.Value)) };
}
