using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>Arguments: before the first <c>FROM</c>, in stages, and those that are there without being declared.</summary>
public sealed class ArgTests
{
    // Either is but a few lines, and would fill any memory.
    [Theory]
    [InlineData("ENV B=$A$A$A$A\n", 300)]
    [InlineData("RUN x\n", 700)]
    public async Task Variables_ThatFillMemory_AreRefused(string instruction, int times)
    {
        var doubling = string.Concat(Enumerable.Repeat("ENV A=$A$A\n", 12));
        var text = $"FROM scratch\nENV A=aaaaaaaaaaaaaaaa\n{doubling}{string.Concat(Enumerable.Repeat(instruction, times))}";
        Assert.Equal("MBK1956", (await Converting.FaultsAsync(text))[0].Code);
    }

    [Fact]
    public async Task Global_Default_IsPutIntoFrom()
    {
        var converting = new Converting();
        await converting.OneAsync("ARG NAME=alpine\nARG TAG=3\nARG WHOLE=${NAME}:$TAG\nFROM $WHOLE\n");
        Assert.Equal(["docker.io/library/alpine:3 linux/amd64"], converting.Asked);
    }

    [Fact]
    public async Task Global_BuildArg_WinsOverTheDefault()
    {
        var converting = new Converting();
        await converting.OneAsync("ARG NAME=alpine\nFROM $NAME\n", r => r with { BuildArgs = Args("NAME=debian") });
        Assert.Equal(["docker.io/library/debian:latest linux/amd64"], converting.Asked);
    }

    [Fact]
    public async Task Global_InAStage_HoldsOnlyOnceItIsDeclaredThere()
    {
        var made = await Converting.RunAsync("ARG V=1\nFROM alpine\nENV BEFORE=$V\nARG V\nENV AFTER=$V\n");
        Assert.Equal([Converting.Path, "BEFORE=", "AFTER=1"], made.Config.Env!);
        Assert.Contains("ARG V=1", made.History);
    }

    [Fact]
    public async Task Stage_Default_WinsOverTheGlobalValue()
    {
        var made = await Converting.RunAsync("ARG V=1\nFROM alpine\nARG V=2\nENV A=$V\n");
        Assert.Contains("A=2", made.Config.Env!);
    }

    [Fact]
    public async Task Stage_BuildArg_WinsOverBoth()
    {
        var made = await Converting.RunAsync("ARG V=1\nFROM alpine\nARG V=2\nENV A=$V\n", r => r with { BuildArgs = Args("V=3") });
        Assert.Contains("A=3", made.Config.Env!);
    }

    [Fact]
    public async Task Stage_ArgOfAnotherStage_DoesNotHold()
    {
        var made = await Converting.RunAsync("FROM alpine AS a\nARG V=1\nFROM alpine\nENV A=[$V]\n");
        Assert.Contains("A=[]", made.Config.Env!);
    }

    [Fact]
    public async Task BuildArg_NotDeclared_DoesNotHold()
    {
        var made = await Converting.RunAsync("FROM alpine\nENV A=[$V]\nRUN x\n", r => r with { BuildArgs = Args("V=3") });
        Assert.Contains("A=[]", made.Config.Env!);
        Assert.DoesNotContain(made.Exec.Meta.Env, e => e.StartsWith("V=", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TARGETPLATFORM", "linux/arm/v7")]
    [InlineData("TARGETOS", "linux")]
    [InlineData("TARGETARCH", "arm")]
    [InlineData("TARGETVARIANT", "v7")]
    [InlineData("TARGETOSVERSION", "")]
    [InlineData("BUILDPLATFORM", "linux/amd64")]
    [InlineData("BUILDOS", "linux")]
    [InlineData("BUILDARCH", "amd64")]
    [InlineData("BUILDVARIANT", "")]
    [InlineData("TARGETSTAGE", "last")]
    public async Task Platform_Args_HoldOnceTheyAreDeclared(string name, string value)
    {
        var made = await Converting.RunAsync($"FROM alpine AS last\nARG {name}\nENV A=[${name}]\n", r => r with { Platforms = [Platform.Parse("linux/arm/v7")] });
        Assert.Contains($"A=[{value}]", made.Config.Env!);
    }

    [Fact]
    public async Task TargetStage_WithoutAName_IsDefault()
    {
        Assert.Contains("A=default", (await Converting.RunAsync("FROM alpine\nARG TARGETSTAGE\nENV A=$TARGETSTAGE\n")).Config.Env!);
        Assert.Contains("A=one", (await Converting.RunAsync("FROM alpine AS one\nARG TARGETSTAGE\nENV A=$TARGETSTAGE\nFROM alpine AS two\n", r => r with { Target = "one" })).Config.Env!);
    }

    [Fact]
    public async Task Platform_ArgsOfTheCaller_WinAsInBuildKit()
    {
        var made = await Converting.RunAsync("FROM alpine\nARG TARGETARCH\nENV A=$TARGETARCH\n", r => r with { BuildArgs = Args("TARGETARCH=mine") });
        Assert.Contains("A=mine", made.Config.Env!);
    }

    [Theory]
    [InlineData("FROM alpine\n", "SOURCE_DATE_EPOCH=9", "1970-01-01T00:00:09Z")]
    [InlineData("ARG SOURCE_DATE_EPOCH=8\nFROM alpine\n", "X=1", "1970-01-01T00:00:08Z")]
    [InlineData("FROM alpine\nARG SOURCE_DATE_EPOCH=8\n", "X=1", "1970-01-01T00:00:07Z")]
    public async Task SourceDateEpoch_OfArgs_IsEveryTime(string text, string arg, string expected) =>
        Assert.Equal(expected, (await Converting.RunAsync(text, r => r with { BuildArgs = Args(arg) })).Image.Config.Created);

    [Theory]
    [InlineData("context")]
    [InlineData("-1")]
    [InlineData("99999999999999")]
    public async Task SourceDateEpoch_ThatIsNoTime_IsAFault(string value) =>
        Assert.Equal("MBK1954", (await Converting.FaultAsync("FROM alpine\n", r => r with { BuildArgs = Args("SOURCE_DATE_EPOCH=" + value) })).Code);

    [Fact]
    public async Task Scan_Args_AreNoVariables()
    {
        var made = await Converting.RunAsync("FROM alpine\nARG BUILDKIT_SBOM_SCAN_STAGE=true\nRUN x\n");
        Assert.Equal([Converting.Path], made.Exec.Meta.Env);
    }

    private static Dictionary<string, string> Args(string pair) => new() { [pair.Split('=')[0]] = pair.Split('=', 2)[1] };
}
