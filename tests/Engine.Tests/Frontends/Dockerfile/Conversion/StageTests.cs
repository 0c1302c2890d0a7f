using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>Stages: which are built, on what, in which order, and what they are called.</summary>
public sealed class StageTests
{
    [Fact]
    public async Task From_AnImage_IsPinnedAndOfThePlatform()
    {
        var made = await Converting.RunAsync("FROM alpine\n");
        Assert.Equal("docker-image://" + Converting.Pinned, made.Last.Op.Source.Identifier);
        Assert.Equal("amd64", made.Last.Op.Platform.Architecture);
        Assert.Equal("[1/1] FROM " + Converting.Pinned, made.Last.Name);
        var used = Assert.Single(made.Image.Bases);
        Assert.Equal((Converting.Pinned, true), (used.Name, used.IsRemote));
    }

    [Theory]
    [InlineData("", new[] { "file" })]
    [InlineData("BUILDKIT_SBOM_SCAN_CONTEXT", new[] { "context", "file" })]
    [InlineData("BUILDKIT_SBOM_SCAN_STAGE", new[] { "base", "file", "other" })]
    public async Task Scans_WhatArgumentsWantLookedThrough_IsFoundBesidesTheTarget(string global, string[] names)
    {
        var text = $"{(global.Length > 0 ? $"ARG {global}=true\n" : "")}FROM scratch AS file\nARG BUILDKIT_SBOM_SCAN_STAGE=true\nCOPY a /\nFROM scratch AS unneeded\nARG BUILDKIT_SBOM_SCAN_STAGE=true\nFROM scratch AS base\nCOPY --from=file a /\nFROM scratch AS other\nCOPY b /\nFROM base\nCOPY --from=other b /\n";
        Assert.Equal(names, (await Converting.RunAsync(text)).Image.Scans.Keys.Order(StringComparer.Ordinal));
        Assert.Empty((await Converting.RunAsync(text, r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_SBOM_SCAN_STAGE"] = "false", ["BUILDKIT_SBOM_SCAN_CONTEXT"] = "false" } })).Image.Scans);
    }

    [Fact]
    public async Task Scans_ArgumentThatNamesStages_MeansThose()
    {
        var made = await Converting.RunAsync("ARG BUILDKIT_SBOM_SCAN_STAGE=a,x\nFROM scratch AS a\nCOPY a /\nFROM scratch AS b\nCOPY --from=a a /\nFROM scratch\nCOPY --from=b a /\n");
        Assert.Equal(["a"], made.Image.Scans.Keys);
    }

    [Fact]
    public async Task From_Scratch_IsNothing()
    {
        var made = await Converting.RunAsync("FROM scratch\nLABEL a=b\n");
        Assert.Empty(made.Vertices);
        Assert.Equal(("/", "linux", "amd64"), (made.Config.WorkingDir, made.Image.Config.Os, made.Image.Config.Architecture));
        Assert.Equal([Converting.Path], made.Config.Env!);
        Assert.Empty(made.Image.Bases);
    }

    [Fact]
    public async Task From_AnImageWithoutLayers_IsNothing()
    {
        var converting = new Converting { Images = { ["library/alpine"] = new ImageConfig { Architecture = "amd64", Os = "linux", Config = new ContainerConfig { User = "u" } } } };
        var made = await converting.OneAsync("FROM alpine\n");
        Assert.Empty(made.Vertices);
        Assert.Equal("u", made.Config.User);
    }

    [Fact]
    public async Task From_AStage_GoesOnWhereItEnded()
    {
        var made = await Converting.RunAsync("FROM alpine AS base\nENV A=1\nARG B=2\nWORKDIR /w\nUSER u\nRUN one\nFROM base\nRUN two\n");
        Assert.Equal(("/w", "u"), (made.Exec.Meta.Cwd, made.Exec.Meta.User));
        Assert.Equal(["B=2", Converting.Path, "A=1"], made.Exec.Meta.Env);
        Assert.Equal("RUN |1 B=2 /bin/sh -c two # buildkit", made.History[^1]);
        Assert.Equal("[base 3/3] RUN one", made.Last.Inputs[0].Vertex.Name);
    }

    [Fact]
    public async Task From_NamesInAnyCase_AreTheSame() =>
        Assert.Equal("[build 2/2] RUN x", (await Converting.RunAsync("FROM alpine AS Build\nRUN x\nFROM BUILD\n")).Last.Name);

    [Fact]
    public async Task Stages_ThatAreNotNeeded_AreNeitherBuiltNorAskedFor()
    {
        var converting = new Converting();
        var made = await converting.OneAsync("FROM debian AS other\nRUN x\nFROM alpine\nRUN y\n");
        Assert.DoesNotContain(made.Names, n => n.Contains("other", StringComparison.Ordinal));
        Assert.Equal(["docker.io/library/alpine:latest linux/amd64"], converting.Asked);
    }

    [Theory]
    [InlineData("one", "[one 2/2] RUN 1")]
    [InlineData("ONE", "[one 2/2] RUN 1")]
    [InlineData("0", "[one 2/2] RUN 1")]
    [InlineData(null, "[two 2/2] RUN 2")]
    public async Task Target_NameOrNumber_IsBuilt(string? target, string name) =>
        Assert.Equal(name, (await Converting.RunAsync("FROM alpine AS one\nRUN 1\nFROM alpine AS two\nRUN 2\n", r => r with { Target = target })).Last.Name);

    [Fact]
    public async Task Target_Unknown_SuggestsANearName()
    {
        var fault = await Converting.FaultAsync("FROM alpine AS build\nRUN 1\n", r => r with { Target = "biuld" });
        Assert.Equal("MBK1940", fault.Code);
        Assert.Contains("did you mean build?", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cycle_IsAFaultThatNamesTheStages()
    {
        var fault = await Converting.FaultAsync("FROM alpine AS a\nCOPY --from=b x /\nFROM alpine AS b\nCOPY --from=a x /\n");
        Assert.Equal("MBK1942", fault.Code);
        Assert.Contains("'a' -> 'b' -> 'a'", fault.Message, StringComparison.Ordinal);
        Assert.Equal("MBK1942", (await Converting.FaultAsync("FROM alpine AS a\nCOPY --from=a x /\n")).Code);
    }

    [Fact]
    public async Task Image_ThatIsNotThere_KeepsItsErrorAndSuggestsAStage()
    {
        var fault = await Converting.FaultAsync("FROM alpine AS mising\nFROM missing\nRUN x\n");
        Assert.Equal((OciException.InvalidReference, 2), (fault.Code, fault.Range.Line));
        Assert.EndsWith("(did you mean mising?)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Image_BadName_IsAFault() => Assert.Equal("MBK1943", (await Converting.FaultAsync("FROM Al..pine\n")).Code);

    [Fact]
    public async Task Faults_OfSeveralInstructions_AreToldTogetherInOrder()
    {
        var faults = await Converting.FaultsAsync("FROM alpine\nEXPOSE x\nSTOPSIGNAL no\nCOPY --chmod=9 a /\nVOLUME $NONE\n");
        Assert.Equal([("MBK1950", 2), ("MBK1951", 3), ("MBK1948", 4), ("MBK1953", 5)], faults.Select(f => (f.Code, f.Range.Line)));
    }

    [Fact]
    public async Task Platform_OfFrom_IsItsOwn()
    {
        var converting = new Converting();
        var made = await converting.OneAsync(
            "FROM --platform=$BUILDPLATFORM alpine AS build\nARG TARGETARCH\nRUN x\nFROM alpine\nCOPY --from=build /x /\n",
            r => r with { Platforms = [Platform.LinuxArm64] });
        Assert.Equal("amd64", made.Vertices.Single(v => v.Op.OpCase == Op.OpOneofCase.Exec).Op.Platform.Architecture);
        Assert.Equal(["arm64", "amd64"], made.Vertices.Where(v => v.Op.OpCase == Op.OpOneofCase.Source).Select(v => v.Op.Platform.Architecture));
        Assert.Equal("arm64", made.Image.Config.Architecture);
        Assert.Contains("TARGETARCH=arm64", made.Exec.Meta.Env);
    }

    [Fact]
    public async Task Platforms_Several_AreOneImageEachAndStandInTheNames()
    {
        var converting = new Converting();
        var made = await converting.AllAsync(
            "FROM --platform=$BUILDPLATFORM alpine AS build\nARG TARGETPLATFORM\nRUN x\nFROM alpine\nCOPY --from=build /x /\n",
            r => r with { Platforms = [Platform.LinuxAmd64, Platform.LinuxArm64] });
        Assert.Equal([Platform.LinuxAmd64, Platform.LinuxArm64], made.Select(m => m.Image.Platform));
        Assert.Contains("[linux/amd64 build 2/2] RUN x", made[0].Names);
        Assert.Contains("[linux/amd64->arm64 build 2/2] RUN x", made[1].Names);
        Assert.Contains("[linux/arm64 stage-1 2/2] COPY --from=build /x /", made[1].Names);
        Assert.Equal(2, converting.Asked.Count);
    }

    [Fact]
    public async Task Platforms_OneButShown_StandsInTheNames() =>
        Assert.Equal("[linux/amd64 2/2] RUN x", (await Converting.RunAsync("FROM alpine\nRUN x\n", r => r with { BuildArgs = new Dictionary<string, string> { ["BUILDKIT_MULTI_PLATFORM"] = "1" } })).Last.Name);

    [Theory]
    [InlineData("FROM --platform=linux/a/b/c alpine\n", "MBK1944")]
    [InlineData("FROM --platform=$NONE alpine\n", "MBK1944")]
    [InlineData("ARG I\nFROM $I\n", "MBK1943")]
    public async Task From_ThatComesToNothing_IsAFault(string text, string code) => Assert.Equal(code, (await Converting.FaultAsync(text)).Code);

    [Fact]
    public async Task Windows_IsNotOffered() =>
        Assert.Equal("MBK1945", (await Converting.FaultAsync("FROM alpine\n", r => r with { Platforms = [Platform.Parse("windows/amd64")] })).Code);

    [Fact]
    public async Task Steps_OfManyInstructions_AreNumberedInOneWidth()
    {
        var made = await Converting.RunAsync("FROM alpine\n" + string.Concat(Enumerable.Range(0, 10).Select(i => $"RUN {i}\n")));
        Assert.Equal("[ 2/11] RUN 0", made.Vertices[1].Name);
        Assert.Equal("[11/11] RUN 9", made.Last.Name);
    }

    [Fact]
    public async Task Steps_KnowTheirPlace()
    {
        var made = await Converting.RunAsync("FROM alpine\nWORKDIR /a\nRUN \\\n  x\nCOPY --link a /\n");
        Assert.Equal(new TextRange(1, 1, 1, 11), made.Image.Steps["[1/4] FROM " + Converting.Pinned]);
        Assert.Equal((3, 4), (made.Image.Steps[made.Names.Single(n => n.Contains("RUN", StringComparison.Ordinal))].Line, made.Image.Steps[made.Names.Single(n => n.Contains("RUN", StringComparison.Ordinal))].EndLine));
        Assert.All(made.Names.Where(n => n.StartsWith('[') && !n.StartsWith("[internal]", StringComparison.Ordinal)), n => Assert.Contains(n, made.Image.Steps.Keys));
    }

    [Fact]
    public async Task Onbuild_OfTheBaseImage_RunsFirstAndIsNotHandedOn()
    {
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain(new ContainerConfig { OnBuild = ["COPY . /src", "RUN --mount=from=tools,target=/t make", "COPY --from=r.example/x /y /z"] }) } };
        var made = await converting.OneAsync("FROM busybox AS tools\nRUN install\nFROM alpine\nRUN last\n");
        Assert.Null(made.Config.OnBuild);
        Assert.Equal(
            ["[stage-1 2/5] ONBUILD COPY . /src", "[stage-1 3/5] ONBUILD RUN --mount=from=tools,target=/t make", "[stage-1 4/5] ONBUILD COPY --from=r.example/x /y /z", "[stage-1 5/5] RUN last"],
            made.Names.Where(n => n.StartsWith("[stage-1", StringComparison.Ordinal)).Skip(1));
        Assert.Contains("[tools 2/2] RUN install", made.Names);
        Assert.Equal(3, made.Image.Steps["[stage-1 2/5] ONBUILD COPY . /src"].Line);
    }

    [Fact]
    public async Task Onbuild_OfAStage_RunsInWhatIsBuiltOnIt()
    {
        var made = await Converting.RunAsync("FROM alpine AS base\nONBUILD RUN trigger\nONBUILD ENV A=1\nFROM base AS mid\nRUN own\nFROM mid\nRUN x\n");
        Assert.Equal(["[mid 1/3] ONBUILD RUN trigger", "[mid 2/3] RUN own", "[stage-2 1/1] RUN x"], made.Names.Skip(1));
        Assert.Contains("A=1", made.Config.Env!);
        Assert.Null(made.Config.OnBuild);
    }

    [Fact]
    public async Task Onbuild_OfTheTarget_IsKept()
    {
        var made = await Converting.RunAsync("FROM alpine\nONBUILD RUN x\nONBUILD COPY a /\n");
        Assert.Equal(["RUN x", "COPY a /"], made.Config.OnBuild!);
    }
}
