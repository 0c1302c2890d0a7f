using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>What converting tells checks.</summary>
public sealed class LintTests
{
    [Theory]
    [InlineData("FROM alpine\nENV SERVICE=1\nENV A=$SERVCE\n", "UndefinedVar", 3, "SERVICE")]
    [InlineData("FROM alpine\nCOPY $X /a\n", "UndefinedVar", 2, "$X")]
    [InlineData("FROM alpine\nCOPY <<EOF /a\n$X\nEOF\n", "UndefinedVar", 2, "$X")]
    [InlineData("FROM alpine\nRUN --mount=type=cache,target=/c$X x\n", "UndefinedVar", 2, "$X")]
    [InlineData("FROM alpine\nARG A=$X\n", "UndefinedVar", 2, "$X")]
    [InlineData("ARG NAME=alpine\nFROM ${NAM:-alpine}\n", "UndefinedArgInFrom", 2, "NAME")]
    [InlineData("ARG VERSION=3\nFROM alpine$VERSIO\n", "UndefinedArgInFrom", 2, "VERSION")]
    [InlineData("ARG I\nFROM alpine$I\n", "", 0, "")]
    [InlineData("FROM alpine\nARG A\nENV B=$A\n", "", 0, "")]
    [InlineData("FROM alpine\nWORKDIR a\n", "WorkdirRelativePath", 2, "a")]
    [InlineData("FROM alpine\nWORKDIR /a\nWORKDIR b\n", "", 0, "")]
    [InlineData("FROM alpine AS a\nWORKDIR /a\nFROM a\nWORKDIR b\n", "", 0, "")]
    [InlineData("FROM --platform=$TARGETPLATFORM alpine\n", "RedundantTargetPlatform", 1, "$TARGETPLATFORM")]
    [InlineData("FROM --platform=$BUILDPLATFORM alpine\n", "", 0, "")]
    [InlineData("FROM --platform=linux/amd64 alpine\n", "FromPlatformFlagConstDisallowed", 1, "linux/amd64")]
    [InlineData("FROM --platform=linux/amd64 alpine AS build-amd64\n", "", 0, "")]
    [InlineData("FROM alpine\nRUN echo $X\n", "", 0, "")]
    public async Task Converting_Text_TellsWhatItFinds(string text, string rule, int line, string part)
    {
        var converting = new Converting();
        await converting.OneAsync(text);
        if (rule.Length == 0)
        {
            Assert.Empty(converting.Warnings);
            return;
        }
        var warning = Assert.Single(converting.Warnings);
        Assert.Equal((rule, line), (warning.Rule, warning.Line));
        Assert.Contains(part, warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Default_ThatGivesNoImage_IsToldThoughTheCallerGivesOne()
    {
        var converting = new Converting();
        await converting.OneAsync("ARG I\nFROM $I\n", r => r with { BuildArgs = new Dictionary<string, string> { ["I"] = "alpine" } });
        Assert.Equal(("InvalidDefaultArgInFrom", 2), (Assert.Single(converting.Warnings).Rule, converting.Warnings[0].Line));
    }

    [Fact]
    public async Task Default_ThatIsRequired_IsNotAFaultWhenTheCallerGivesIt()
    {
        var converting = new Converting();
        await converting.OneAsync("ARG A=${B:?x}\nFROM alpine\n", r => r with { BuildArgs = new Dictionary<string, string> { ["A"] = "1" } });
        Assert.Empty(converting.Warnings);
    }

    [Fact]
    public async Task BaseImage_OfAnotherPlatform_IsTold()
    {
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain(platform: Platform.LinuxArm64) } };
        await converting.OneAsync("FROM alpine\n");
        Assert.Equal("InvalidBaseImagePlatform", Assert.Single(converting.Warnings).Rule);
        Assert.Contains("linux/arm64", converting.Warnings[0].Message, StringComparison.Ordinal);
    }

    // What checks of built stages are about.
    [Theory]
    [InlineData("FROM alpine AS a\nFROM alpine AS b\nFROM alpine AS c\nCOPY --from=a /x /\n", null, "a c")]
    [InlineData("FROM alpine AS a\nFROM a AS b\nRUN --mount=from=c,target=/c x\nFROM alpine AS c\n", "a", "a")]
    [InlineData("FROM alpine AS a\nFROM alpine AS b\nFROM a AS c\nRUN --mount=from=b,target=/b x\n", null, "a b c")]
    public async Task Stages_OfAnImage_AreThoseThatAreBuilt(string text, string? target, string built)
    {
        var image = (await Converting.RunAsync(text, r => r with { Target = target })).Image;
        Assert.Equal(built, string.Join(' ', image.Stages.Select(s => s.From.StageName)));
    }

    [Fact]
    public async Task Platforms_Several_TellOnce()
    {
        var converting = new Converting();
        await converting.AllAsync("FROM alpine\nWORKDIR a\n", r => r with { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64] });
        Assert.Single(converting.Warnings);
    }
}
