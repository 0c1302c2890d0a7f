using System.Text.Json;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;

/// <summary>The configuration and the history of images of Dockerfiles.</summary>
public sealed class ImageSettingTests
{
    [Fact]
    public async Task Config_OfAnImage_IsEdited()
    {
        var ground = Converting.Plain(new ContainerConfig
        {
            Env = ["PATH=/p", "A=1"], Cmd = ["old"], Entrypoint = ["e"], Labels = new Dictionary<string, string> { ["a"] = "1", ["b"] = "1" }, WorkingDir = "/w", User = "u",
            ExposedPorts = new() { ["1/tcp"] = new() }, Volumes = new() { ["/v"] = new() },
            Unknown = new() { ["Hostname"] = JsonDocument.Parse("\"h\"").RootElement },
        }) with { Created = "2020-01-01T00:00:00Z", Author = "me" };
        var converting = new Converting { Images = { ["library/alpine"] = ground } };
        var made = await converting.OneAsync("FROM alpine\nENV A=2 B=3\nLABEL b=2\nEXPOSE 2\nVOLUME /x\n");
        Assert.Equal(["PATH=/p", "A=2", "B=3"], made.Config.Env!);
        Assert.Equal(("old", "e", "/w", "u"), (made.Config.Cmd![0], made.Config.Entrypoint![0], made.Config.WorkingDir, made.Config.User));
        Assert.Equal(["a=1", "b=2"], made.Config.Labels!.Select(l => $"{l.Key}={l.Value}"));
        Assert.Equal(["1/tcp", "2/tcp"], made.Config.ExposedPorts!.Keys);
        Assert.Equal(["/v", "/x"], made.Config.Volumes!.Keys);
        Assert.Null(made.Config.Unknown);
        Assert.Equal(("1970-01-01T00:00:07Z", "me"), (made.Image.Config.Created, made.Image.Config.Author));
        Assert.Equal("base", made.Image.Config.History![0].CreatedBy);
        Assert.Single(made.Image.Config.RootFs.DiffIds);
    }

    [Fact]
    public async Task History_HasAnEntryForEachInstruction()
    {
        var made = await Converting.RunAsync("""
            FROM alpine
            MAINTAINER me <me@example.com>
            ENV A=1 B="two words"
            LABEL k=v
            ARG X=1 Y
            WORKDIR /w
            USER u
            VOLUME /a /b
            EXPOSE 80 443/udp
            STOPSIGNAL SIGTERM
            SHELL ["/bin/bash", "-c"]
            HEALTHCHECK --interval=1m30s --retries=2 CMD curl x
            CMD ["a", "b \"c\""]
            ENTRYPOINT run it
            RUN x
            COPY a /b

            """);
        Assert.Equal(
        [
            "MAINTAINER me <me@example.com>", "ENV A=1 B=two words", "LABEL k=v", "ARG X=1 Y", "WORKDIR /w", "USER u", "VOLUME [/a /b]", "EXPOSE [443/udp 80/tcp]",
            "STOPSIGNAL SIGTERM", "SHELL [/bin/bash -c]", "HEALTHCHECK {Test:[CMD-SHELL curl x] Interval:1m30s Timeout:0s StartPeriod:0s StartInterval:0s Retries:2}",
            "CMD [\"a\" \"b \\\"c\\\"\"]", "ENTRYPOINT [\"/bin/bash\" \"-c\" \"run it\"]", "RUN |2 X=1 Y= /bin/bash -c x # buildkit", "COPY a /b # buildkit",
        ], made.History);
        var layers = made.Image.Config.History!.Where(h => h is { Comment: not null, EmptyLayer: false }).Select(h => h.CreatedBy!.Split(' ')[0]);
        Assert.Equal(["WORKDIR", "RUN", "COPY"], layers);
        Assert.All(made.Image.Config.History!.Skip(1), h => Assert.Equal("1970-01-01T00:00:07Z", h.Created));
        Assert.Equal("me <me@example.com>", made.Image.Config.Author);
    }

    [Theory]
    [InlineData("CMD run it", "/bin/sh|-c|run it")]
    [InlineData("CMD [\"run\", \"it\"]", "run|it")]
    [InlineData("SHELL [\"s\"]\nCMD run it", "s|run it")]
    public async Task Cmd_Forms_AreWordsOfTheShellOrTheirOwn(string instruction, string expected)
    {
        var made = await Converting.RunAsync($"FROM alpine\n{instruction}\n");
        Assert.Equal(expected, string.Join('|', made.Config.Cmd!));
        Assert.True(made.Config.ArgsEscaped);
    }

    [Theory]
    [InlineData("ENTRYPOINT [\"e\"]\n", null)]
    [InlineData("CMD [\"c\"]\nENTRYPOINT [\"e\"]\n", "c")]
    [InlineData("ENTRYPOINT [\"e\"]\nCMD [\"c\"]\n", "c")]
    public async Task Entrypoint_DropsTheInheritedCommandAlone(string instructions, string? command)
    {
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain(new ContainerConfig { Cmd = ["base"] }) } };
        var made = await converting.OneAsync("FROM alpine\n" + instructions);
        Assert.Equal(["e"], made.Config.Entrypoint!);
        Assert.Equal(command, made.Config.Cmd?[0]);
    }

    [Fact]
    public async Task Entrypoint_AboveAStageWithACommand_DropsIt()
    {
        var made = await Converting.RunAsync("FROM alpine AS a\nCMD [\"c\"]\nFROM a\nENTRYPOINT [\"e\"]\n");
        Assert.Null(made.Config.Cmd);
    }

    [Fact]
    public async Task Healthcheck_HasItsDurations()
    {
        var check = (await Converting.RunAsync("FROM alpine\nHEALTHCHECK --interval=1s --timeout=2s --start-period=3s --start-interval=4s --retries=5 CMD [\"x\"]\n")).Config.Healthcheck!;
        Assert.Equal(["CMD", "x"], check.Test!);
        Assert.Equal((1_000_000_000L, 2_000_000_000L, 3_000_000_000L, 4_000_000_000L, 5), (check.Interval, check.Timeout, check.StartPeriod, check.StartInterval, check.Retries));
        Assert.Equal(["NONE"], (await Converting.RunAsync("FROM alpine\nHEALTHCHECK NONE\n")).Config.Healthcheck!.Test!);
    }

    [Theory]
    [InlineData("80", "80/tcp")]
    [InlineData("8000-8002/UDP", "8000/udp 8001/udp 8002/udp")]
    [InlineData("53/sctp 80", "53/sctp 80/tcp")]
    [InlineData("$P", "1/tcp 2/udp")]
    [InlineData("0", "0/tcp")]
    [InlineData("127.0.0.1:81:80", "80/tcp")]
    [InlineData("[::1]:8000-8001:80-81", "80/tcp 81/tcp")]
    public async Task Expose_Forms_AreKeysOfPorts(string ports, string expected) =>
        Assert.Equal(expected, string.Join(' ', (await Converting.RunAsync($"FROM alpine\nARG P=\"1 2/udp\"\nEXPOSE {ports}\n")).Config.ExposedPorts!.Keys));

    [Theory]
    [InlineData("x")]
    [InlineData("80/http")]
    [InlineData("65536")]
    [InlineData("9-8")]
    [InlineData("/tcp")]
    [InlineData("1-2:3-5")]
    [InlineData("300.1.1.1:1:2")]
    public async Task Expose_ThatIsNoPort_IsAFault(string port) => Assert.Equal("MBK1950", (await Converting.FaultAsync($"FROM alpine\nEXPOSE {port}\n")).Code);

    [Theory]
    [InlineData("9", true)]
    [InlineData("TERM", true)]
    [InlineData("sigusr1", true)]
    [InlineData("SIGRTMIN+15", true)]
    [InlineData("RTMAX-14", true)]
    [InlineData("SIGRTMIN+16", false)]
    [InlineData("0", false)]
    [InlineData("SIGNOPE", false)]
    public async Task StopSignal_Names_AreThoseOfLinux(string signal, bool isSignal)
    {
        if (isSignal) Assert.Equal(signal, (await Converting.RunAsync($"FROM alpine\nSTOPSIGNAL {signal}\n")).Config.StopSignal);
        else Assert.Equal("MBK1951", (await Converting.FaultAsync($"FROM alpine\nSTOPSIGNAL {signal}\n")).Code);
    }

    [Theory]
    [InlineData("ARG SOURCE_DATE_EPOCH=9\nFROM alpine\nWORKDIR /a\n", null, 9_000_000_000)]
    [InlineData("ARG SOURCE_DATE_EPOCH=9\nFROM alpine\nWORKDIR /a\n", "8", 8_000_000_000)]
    [InlineData("FROM alpine\nWORKDIR /a\n", "0", 0)]
    [InlineData("FROM alpine\nWORKDIR /a\n", "", -1)]
    [InlineData("FROM alpine\nARG SOURCE_DATE_EPOCH=9\nWORKDIR /a\n", null, -1)]
    public async Task Workdir_WhereAnEpochIsAskedFor_HasItAsItsTime(string text, string? argument, long time)
    {
        var made = await Converting.RunAsync(text, r => argument is null ? r : r with { BuildArgs = new Dictionary<string, string> { ["SOURCE_DATE_EPOCH"] = argument } });
        Assert.Equal(time, made.Last.Op.File.Actions.Single().Mkdir.Timestamp);
    }

    [Fact]
    public async Task Workdir_MakesTheFolderForItsUser()
    {
        var made = await Converting.RunAsync("FROM alpine\nUSER app\nWORKDIR /a/b\n");
        var folder = made.Last.Op.File.Actions.Single().Mkdir;
        // Its time is the builder's to set, as long as nobody asks for one in so many words.
        Assert.Equal(("/a/b", 0b111_101_101, true, -1), (folder.Path, folder.Mode, folder.MakeParents, folder.Timestamp));
        Assert.Equal("app", folder.Owner.User.ByName.Name);
        Assert.Equal("[2/2] WORKDIR /a/b", made.Last.Name);
        Assert.Equal("/a/b", made.Config.WorkingDir);
    }

    [Fact]
    public async Task Workdir_Root_MakesNothing()
    {
        var made = await Converting.RunAsync("FROM alpine\nWORKDIR /\n");
        Assert.Equal("WORKDIR /", made.History[^1]);
        Assert.Single(made.Vertices);
        Assert.True(made.Image.Config.History![^1].EmptyLayer);
    }

    [Fact]
    public async Task Workdir_Relative_FollowsTheImages()
    {
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain(new ContainerConfig { WorkingDir = "/srv" }) } };
        Assert.Equal("/srv/x", (await converting.OneAsync("FROM alpine\nARG D=x\nWORKDIR $D\n")).Config.WorkingDir);
    }

    [Fact]
    public async Task Labels_OfTheRequest_Win()
    {
        var made = await Converting.RunAsync("FROM alpine\nLABEL a=1 b=1\n", r => r with { Labels = new Dictionary<string, string> { ["b"] = "2", ["c"] = "3" } });
        Assert.Equal(["a=1", "b=2", "c=3"], made.Config.Labels!.Select(l => $"{l.Key}={l.Value}"));
    }

    [Fact]
    public async Task Env_Pairs_SeeWhatWasBefore()
    {
        var made = await Converting.RunAsync("FROM alpine\nENV A=1\nENV A=2 B=$A C=${NONE:-d} D=\"a $A\" E='$A'\n");
        Assert.Equal([Converting.Path, "A=2", "B=1", "C=d", "D=a 1", "E=$A"], made.Config.Env!);
    }

    [Fact]
    public async Task User_And_Volume_AreExpanded()
    {
        var made = await Converting.RunAsync("FROM alpine\nARG U=app\nUSER $U:$U\nVOLUME /$U\n");
        Assert.Equal(("app:app", "/app"), (made.Config.User, Assert.Single(made.Config.Volumes!.Keys)));
    }

    [Fact]
    public async Task Word_ThatRequiresAVariable_IsAFaultOfItsOwn()
    {
        var fault = await Converting.FaultAsync("FROM alpine\nENV A=\"${B:?give it}\"\n");
        Assert.Equal(("MBK1935", 2), (fault.Code, fault.Range.Line));
        Assert.Contains("give it", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Platform_OfTheImage_IsTheTargets()
    {
        var converting = new Converting { Images = { ["library/alpine"] = Converting.Plain() with { Variant = "v9", OsVersion = "1" } } };
        var same = (await converting.OneAsync("FROM alpine\n")).Image.Config;
        Assert.Equal(("amd64", "v9", "1"), (same.Architecture, same.Variant, same.OsVersion));
        var other = (await converting.OneAsync("FROM alpine\n", r => r with { Platforms = [Platform.Parse("linux/arm/v6")] })).Image.Config;
        Assert.Equal(("arm", "v6", null), (other.Architecture, other.Variant, other.OsVersion));
    }
}
