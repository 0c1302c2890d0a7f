using System.Text.Json;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>A project of an ordinary user whose step fails, from the build's error to a shell among what the step left.</summary>
public sealed class FailedStepTests : IDisposable
{
    private const string Canary = "canary-7d1e";

    private readonly TempFolder _folder = new("failed");

    public void Dispose()
    {
        // What steps wrote belongs to ids that only root, or their user's namespace, may remove.
        _folder.Dispose();
    }

    [Fact]
    public async Task Enter_AfterABuildThatFailed_IsWhereTheStepWas()
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        await WriteProjectAsync(home);

        var quiet = (await BuildAsync(home, "false")).Failed();
        Assert.DoesNotContain("debug enter", quiet.All);
        Assert.Empty(await ListAsync(home));

        var failed = (await BuildAsync(home, "true")).Failed();
        var entry = Assert.Single(await ListAsync(home));
        var id = entry.GetProperty("id").GetString()!;
        Assert.Contains($"error MBK2012: run bad: ", failed.All);
        Assert.Contains($"'msbuildkit debug enter {id} --store {Path.Combine(home, "cache")}'", failed.All);
        Assert.Contains("exit 7", entry.GetProperty("step").GetString()!);
        Assert.DoesNotContain(Canary, await File.ReadAllTextAsync(Path.Combine(home, $"cache/failed-steps/{id}/record")));

        // It is as the step left it, it has what the step had, and what is done in there stays.
        var seen = await ToolAsync(home, "debug", "enter", id, "--", "sh", "-c", "cat /made; stat -c %u:%g /made; pwd; echo $OWN $FROM_BASE; id -u; ls /own; echo \"$@\"; echo new > /later; ls /run/secrets; exit 9", "x", "1", "2 3");
        Assert.Equal(("made\n5:6\n/w\na b 1\n1000\nkept\n1 2 3\n", 9), (seen.Output, seen.ExitCode));
        Assert.Equal("new\n", (await ToolAsync(home, "debug", "enter", id, "--", "cat", "/later")).Succeeded().Output);
        Assert.Contains("no such program", (await ToolAsync(home, "debug", "enter", id, "--", "sh", "-c", "command -v probe || echo no such program")).Output);
        Assert.Contains("nothing-of-the-kind", (await ToolAsync(home, "debug", "enter", id, "--", "nothing-of-the-kind")).Failed().Error);

        // The same step that fails again takes the place of its last time.
        (await BuildAsync(home, "true")).Failed();
        Assert.Equal(id, Assert.Single(await ListAsync(home)).GetProperty("id").GetString());
        Assert.Equal(1, (await ToolAsync(home, "debug", "enter", id, "--", "cat", "/later")).ExitCode);

        var usage = JsonDocument.Parse((await ToolAsync(home, "du", "--json")).Succeeded().Output).RootElement;
        Assert.True(usage.GetProperty("failed").GetProperty("size").GetInt64() > 0);
        Assert.Contains("1 failed step", (await ToolAsync(home, "prune", "--filter", "type=failed", "--dry-run")).Succeeded().Output);
        (await ToolAsync(home, "debug", "remove", id)).Succeeded();
        Assert.Empty(await ListAsync(home));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(home, "cache/failed-steps")));
        Assert.StartsWith("error MBK2020", (await ToolAsync(home, "debug", "enter", id)).Failed().Error);

        (await BuildAsync(home, "true")).Failed();
        Assert.Contains("1 failed step", (await ToolAsync(home, "prune", "--all")).Succeeded().Output);
        Assert.Empty(await ListAsync(home));
    }

    [Theory]
    [InlineData("fuse-overlayfs")]
    [InlineData("native")]
    public async Task Enter_StepHadItsTreesAnotherWay_IsWhereTheStepWas(string snapshotter)
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        await WriteProjectAsync(home);
        (await BuildAsync(home, "true", snapshotter)).Failed();
        var id = Assert.Single(await ListAsync(home)).GetProperty("id").GetString()!;
        var seen = await ToolAsync(home, "debug", "enter", id, "--", "sh", "-c", "cat /made; stat -c %u:%g /made; ls /own; echo new > /later");
        Assert.Equal("made\n5:6\nkept\n", seen.Succeeded().Output);
        Assert.Equal("new\n", (await ToolAsync(home, "debug", "enter", id, "--", "cat", "/later")).Succeeded().Output);
    }

    [Fact]
    public async Task Enter_OnATerminal_IsATerminalOfThatSize()
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        await WriteProjectAsync(home);
        (await BuildAsync(home, "true")).Failed();
        var id = Assert.Single(await ListAsync(home)).GetProperty("id").GetString();

        // Ctrl+C ends what runs in there, and not the shell; afterwards the terminal is as it was.
        File.WriteAllText(Path.Combine(home, "type"), "sleep 3; echo 'stty size'; sleep 1; echo 'sleep 60'; sleep 1; printf '\\003'; sleep 1; echo 'echo code $?'; sleep 1; echo 'exit 5'; sleep 1\n");
        var line = $"stty rows 33 cols 101; stty -g > {home}/before; {TheTool.Path} debug enter {id} --store {home}/cache; code=$?; stty -g > {home}/after; exit $code";
        var result = await TestUser.RunAsync(["/bin/sh", "-c", $"/bin/sh {home}/type | {RealTool.Find("script")} -qec '{line}' /dev/null"], home);
        Assert.Contains("33 101\r\n", result.Output);
        Assert.Contains("code 130\r\n", result.Output);
        Assert.Equal(5, result.ExitCode);
        Assert.Equal(File.ReadAllText(Path.Combine(home, "before")), File.ReadAllText(Path.Combine(home, "after")));
    }

    private async Task WriteProjectAsync(string home)
    {
        StepProject.WriteBase(
            home, ["sh", "cat", "chown", "id", "ls", "stat", "stty", "sleep", "touch"],
            tar => tar.File("etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n").File("etc/group", "root:x:0:\napp:x:1000:\n").Folder("w"), ",\"FROM_BASE=1\"");
        File.WriteAllText(Path.Combine(home, "token"), Canary);
        StepProject.Write(home, """
            <ContainerSecret Include="token" File="token" />
            <ContainerRun Include="prepare" Command="echo made &gt; /made; chown 5:6 /made; touch /own/kept; chown 1000 /own /" Network="none" CacheMounts="/own" />
            <ContainerRun Include="bad" Command="cat /run/secrets/token &gt; /dev/null; exit 7" Network="none" Environment="OWN=a b" WorkingDirectory="/w" CacheMounts="/own" User="app" Secrets="token" />
            """);
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
    }

    private static Task<CommandResult> BuildAsync(string home, string keep, string snapshotter = "auto") => TestUser.RunAsync(
        ["dotnet", "publish", home, "-t:ContainerBuild", $"-p:ContainerKeepFailed={keep}", $"-p:ContainerSnapshotter={snapshotter}", "-nologo", "-v:quiet", "-clp:NoSummary", "-nodeReuse:false"], home, Environment(home));

    private static Task<CommandResult> ToolAsync(string home, params string[] arguments) => TestUser.RunAsync([TheTool.Path, .. arguments], home, Environment(home));

    private static async Task<IReadOnlyList<JsonElement>> ListAsync(string home) =>
        [.. JsonDocument.Parse((await ToolAsync(home, "debug", "list", "--json")).Succeeded().Output).RootElement.EnumerateArray()];

    private static Dictionary<string, string?> Environment(string home) => new() { ["MSBUILDKIT_CACHE"] = Path.Combine(home, "cache") };
}
