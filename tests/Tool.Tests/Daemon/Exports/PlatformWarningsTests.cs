using Google.Protobuf;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Exports;

namespace MsBuildKit.Tool.Tests.Daemon.Exports;

public sealed class PlatformWarningsTests
{
    [Theory]
    [InlineData("", null, null)]
    [InlineData("linux/amd64", null, null)]
    [InlineData("linux/amd64,linux/arm64", "linux/amd64,linux/arm64", null)]
    [InlineData("linux/arm64", null, "Requested platform \"linux/arm64\" does not match result platform \"linux/amd64\"")]
    [InlineData("linux/amd64,linux/arm64", null, "Multiple platforms requested but result is not multi-platform")]
    [InlineData("", "linux/amd64,linux/arm64", "Requested platforms linux/amd64 do not match result platforms linux/amd64,linux/arm64")]
    public void Find_WhatWasAskedForAndWhatCame_IsCompared(string asked, string? platforms, string? warning)
    {
        var attributes = asked.Length == 0 ? [] : new Dictionary<string, string> { ["platform"] = asked };
        Assert.Equal(warning, PlatformWarnings.Find(attributes, Result(platforms?.Split(',') ?? []), Platform.LinuxAmd64)?.Short.ToStringUtf8());
    }

    [Fact]
    public void Find_OfNothing_SaysNothing() =>
        Assert.Null(PlatformWarnings.Find(new Dictionary<string, string> { ["platform"] = "linux/arm64" }, new FrontendResult(), Platform.LinuxAmd64));

    private static FrontendResult Result(string[] platforms)
    {
        static BuildRef Make() => new(null, null, _ => throw new InvalidOperationException("Nothing is solved."));
        if (platforms.Length == 0) return new FrontendResult { Refs = new Dictionary<string, BuildRef> { [""] = Make() } };
        var list = string.Join(',', platforms.Select(p => $$"""{"ID":"{{p}}","Platform":{"os":"{{p.Split('/')[0]}}","architecture":"{{p.Split('/')[1]}}"} }"""));
        return new FrontendResult
        {
            Refs = platforms.ToDictionary(p => p, _ => Make()),
            Metadata = new Dictionary<string, ByteString> { ["refs.platforms"] = ByteString.CopyFromUtf8($$"""{"Platforms":[{{list}}]}""") },
        };
    }
}
