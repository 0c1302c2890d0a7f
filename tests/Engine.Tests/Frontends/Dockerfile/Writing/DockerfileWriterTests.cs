using System.Text.Json;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Writing;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Tests.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Tests.Frontends.Dockerfile.Linting;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Writing;

public sealed class DockerfileWriterTests
{
    private const string Odd = "a \"b\" 'c' $d ${e} \\f \\\\ #g \u00e9 <<EOF [h] = \t.";

    private static readonly ContainerConfig s_base = new()
    {
        Env = ["PATH=/usr/bin", "APP_UID=1654", "ASPNETCORE_HTTP_PORTS=8080"], User = "root", WorkingDir = "/", Entrypoint = ["old"], Cmd = ["older"],
        Labels = new Dictionary<string, string> { ["base"] = "yes" },
    };

    public static TheoryData<string> Configs => [.. s_configs.Keys];

    private static readonly Dictionary<string, ProjectImageConfig> s_configs = new()
    {
        ["plain"] = Recipes.Config,
        ["user"] = Recipes.Config with { User = "1000:2000" },
        ["variables"] = Recipes.Config with { Environment = [new("A", Odd), new("B", ""), new("C", "$A"), new("D", "ends with \\"), new("A", "again " + Odd)] },
        ["ports"] = Recipes.Config with { Ports = ["81/tcp", "53/udp"], Environment = [new("ASPNETCORE_URLS", "http://+:5000;https://+:5001")] },
        ["labels"] = Recipes.Config with { Labels = new Dictionary<string, string> { ["odd\"key$x"] = Odd, ["empty"] = "" }, GeneratedLabels = new Dictionary<string, string> { ["title"] = "it's", ["empty"] = "not" } },
        ["volumes"] = Recipes.Config with { Volumes = ["/data", "/with space/$x\"y\\z"] },
        ["folder"] = Recipes.Config with { WorkingDirectory = "/my $app\"s\\dir" },
        ["signal"] = Recipes.Config with { StopSignal = "SIGINT" },
        ["healthcheck"] = Recipes.Config with { Healthcheck = new HealthcheckConfig { Test = ["CMD-SHELL", "curl -f \"http://localhost:$PORT\" || exit 1"], Interval = 30_000_000_000, Timeout = 1_500_000_000, StartPeriod = 120_000_000_000, Retries = 3 } },
        ["no healthcheck"] = Recipes.Config with { Healthcheck = new HealthcheckConfig { Test = ["NONE"] } },
        ["arguments"] = Recipes.Config with { AppCommandArgs = ["--x", Odd, "two\nlines"], DefaultArgs = ["$HOME", "last\\"] },
        ["entrypoint"] = Recipes.Config with { Entrypoint = ["/init", Odd], EntrypointArgs = ["-v"], DefaultArgs = ["d"] },
        ["no command"] = Recipes.Config with { AppCommand = [], Instruction = AppCommandInstruction.None },
    };

    [Theory]
    [MemberData(nameof(Configs))]
    public async Task Write_Config_IsWhatTheProjectsOwnBuildMakes(string name)
    {
        var config = s_configs[name];
        var ground = Converting.Plain(s_base);
        var written = DockerfileWriter.Write(Recipes.Create(config));

        var converted = await With(s_base).OneAsync(written.Text);

        Assert.Empty(written.Unsaid);
        var image = new ProjectImage { Platform = Platform.LinuxAmd64, Base = new ScratchBase(), Files = [], Config = config };
        var expected = ImageConfigEditor.Edit(ground, image, null, AppCommandLine.Place(config, s_base.Entrypoint)).Config;
        var made = JsonSerializer.SerializeToNode(converted.Config)!.AsObject();
        // A mark that Docker's builders leave beside CMD; on Linux nothing reads it.
        made.Remove("ArgsEscaped");
        Assert.Equal(JsonSerializer.SerializeToNode(expected)!.ToJsonString(), made.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Configs))]
    public void Write_AnyText_HasNothingThatChecksFind(string name) => Assert.Empty(Linted.Lines(DockerfileWriter.Write(Recipes.Create(s_configs[name])).Text));

    [Fact]
    public async Task Write_Steps_RunAsTheyWould()
    {
        var converting = With(s_base);
        var written = DockerfileWriter.Write(Recipes.Create() with
        {
            Steps =
            [
                new RecipeStep { Name = "one", Command = "echo \"$A\" && b", Environment = [new("A", "it's $x")], Mounts = [new StepCache("/c \"d\",e$f\\g", "id", StepSharing.Locked)], Network = StepNetwork.None },
                new RecipeStep { Name = "two", Command = "cat <<EOF\nEOF\n\\", User = "1000", WorkingDirectory = "/w", Mounts = [new StepMemory("/tmp", 64), new RecipeBind("/src", "eng/x", null, Writable: true)], Secrets = [new StepSecret("s", "/run/secrets/s", "S", true)], Ssh = ["default"] },
                new RecipeStep { Name = "three", Command = "[ -d /app ]", Stage = StepStage.App },
            ],
        });
        var file = DockerfileParser.Parse(written.Text, "Dockerfile").OrThrow();

        var converted = await converting.OneAsync(written.Text);

        Assert.Empty(converting.Warnings);
        Assert.Empty(Linted.Lines(file.Text));
        var execs = converted.Ops.Where(o => o.Exec is not null).Select(o => o.Exec).Where(e => !e.Meta.Args[^1].StartsWith("dotnet", StringComparison.Ordinal)).ToList();
        Assert.Equal(["export A='it'\\''s $x'\necho \"$A\" && b\n", "cat <<EOF\nEOF\n\\\n", "[ -d /app ]\n"], execs.Select(e => e.Meta.Args[^1]));
        Assert.Equal(["root", "1000", "root"], execs.Select(e => e.Meta.User));
        Assert.Equal(["/", "/w", "/app"], execs.Select(e => e.Meta.Cwd));
        Assert.Equal(NetMode.None, execs[0].Network);
        Assert.Contains(execs[0].Mounts, m => m.MountType == MountType.Cache && m.Dest == "/c \"d\",e$f\\g" && m.CacheOpt.Sharing == CacheSharingOpt.Locked);
        Assert.Contains(execs[1].Mounts, m => m.MountType == MountType.Tmpfs && m.Dest == "/tmp" && m.TmpfsOpt.Size == 64);
        Assert.Contains(execs[1].Mounts, m => m.Dest == "/src" && m.Selector == "/eng/x" && !m.Readonly);
        Assert.Contains(execs[1].Mounts, m => m.MountType == MountType.Secret && m.SecretOpt is { ID: "s", Uid: 1000, Optional: false });
        Assert.Contains(execs[1].Mounts, m => m.MountType == MountType.Ssh);
        Assert.Equal("1654", converted.Config.User);
    }

    [Fact]
    public async Task Write_Files_AreThoseAlone()
    {
        var written = DockerfileWriter.Write(Recipes.Create() with { Files = [new RecipeFile("etc/a [1]*$x.json", "/etc/my app/a.json", "0640", "root:1654")] });

        var copy = (await With(s_base).OneAsync(written.Text)).Ops.Where(o => o.File is not null).SelectMany(o => o.File.Actions).Select(a => a.Copy).Last(c => c is not null);

        Assert.Equal(@"/etc/a \[1]\*$x.json", copy.Src);
        Assert.Equal("/etc/my app/a.json", copy.Dest);
        Assert.Equal(0b110_100_000, copy.Mode);
    }

    [Fact]
    public void Write_WhatNoDockerfileCanSay_IsACommentAndIsTold()
    {
        var written = DockerfileWriter.Write(Recipes.Create(Recipes.Config with { Environment = [new("A", "1\nUSER root")], Labels = new Dictionary<string, string> { ["a=b"] = "c" } }) with { Unsaid = ["the annotation 'x'"] });
        Assert.Equal(["the annotation 'x'", "the variable 'A', whose value has more than one line", "the label 'a=b', whose key has a '='"], written.Unsaid);
        Assert.Contains("\n# Not said here: the variable 'A', whose value has more than one line.\n", written.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("USER root", written.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ComposedBase_IsDebianWithThePackages()
    {
        var written = DockerfileWriter.Write(Recipes.Create() with { Base = "debian:bookworm-slim", BasePackages = ["libicu72", "tzdata=2024a"] });
        Assert.Contains("\nFROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y --no-install-recommends libicu72 tzdata=2024a && ", written.Text, StringComparison.Ordinal);
        Assert.Contains("\nENV APP_UID=1654\n", written.Text, StringComparison.Ordinal);
        Assert.Empty(Linted.Lines(written.Text));
    }

    private static Converting With(ContainerConfig config) => new() { Images = { ["dotnet/aspnet"] = Converting.Plain(config), ["dotnet/sdk"] = Converting.Plain() } };
}
