using System.Diagnostics;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Integration.Tests.Tool;

/// <summary>build with steps, as an ordinary user: what it shows, how it fails, and how it ends when somebody has enough.</summary>
public sealed class BuildStepTests : IDisposable
{
    private readonly TempFolder _folder = new("build-steps");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Build_Step_PrintsItsLinesAndItsSecretIsThere()
    {
        var home = await MakeAsync("FROM base\nRUN --mount=type=secret,id=token echo one && cat /run/secrets/token | wc -c && touch /made\n");
        File.WriteAllText(Path.Combine(home, "token"), "12345");
        (await Command.RunAsync("chmod", ["a+r", Path.Combine(home, "token")])).Succeeded();
        var result = (await RunAsync(home, "--secret", "id=token", "-o", "out", ".")).Succeeded();
        Assert.Matches(@"(?m)^#\d+ \d\.\d{3} one$", result.Error);
        Assert.Matches(@"(?m)^#\d+ \d\.\d{3} 5$", result.Error);
        Assert.True(File.Exists(Path.Combine(home, "out/made")));
    }

    [Fact]
    public async Task Build_StepThatFails_ShowsItsLastLinesAndWhereItStands()
    {
        var home = await MakeAsync("FROM base\nRUN echo before && \\\n    exit 3\n");
        var result = await RunAsync(home, "--progress", "quiet", ".");
        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains("------\n > ", result.Error);
        Assert.Contains("\nbefore\n------\nDockerfile:2\n", result.Error);
        Assert.Contains("   2 | >>> RUN echo before && \\\n   3 | >>>     exit 3\n", result.Error);
    }

    [Fact]
    public async Task Build_Interrupted_EndsSoonWithThatCode()
    {
        var home = await MakeAsync("FROM base\nRUN echo running && sleep 300\n");
        var line = TestUser.Wrap([TheTool.Path, "build", "--store", Path.Combine(home, "store"), "--build-context", "base=oci-layout://base", "."]);
        using var build = Process.Start(new ProcessStartInfo(line[0], line.Skip(1)) { WorkingDirectory = home, RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (await build.StandardError.ReadLineAsync() is { } said && !said.EndsWith(" running", StringComparison.Ordinal)) continue;
        var since = Stopwatch.StartNew();
        (await Command.RunAsync("kill", ["-INT", $"{build.Id}"])).Succeeded();
        await build.WaitForExitAsync();
        Assert.Equal(130, build.ExitCode);
        Assert.InRange(since.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task Build_OnATerminal_DrawsAndGivesItBack()
    {
        var home = await MakeAsync("FROM base\nRUN echo shown && sleep 1\n");
        var line = $"stty rows 30 cols 90; env -u CI {TheTool.Path} build --store {home}/store --build-context base=oci-layout://base .";
        var result = (await TestUser.RunAsync([RealTool.Find("script"), "-qec", line, "/dev/null"], home, new Dictionary<string, string?> { ["TERM"] = "xterm", ["CI"] = null, ["NO_COLOR"] = null })).Succeeded();
        Assert.Contains("[+] Building", result.Output);
        Assert.Contains(" => => # shown", result.Output);
        Assert.Contains("FINISHED", result.Output);
        Assert.EndsWith("\x1b[?25h", result.Output.TrimEnd());
    }

    private async Task<string> MakeAsync(string dockerfile)
    {
        var home = await TestUser.MakeFolderAsync(_folder, "home");
        StepProject.WriteBase(home, ["sh", "cat", "sleep", "touch", "wc"], tar => tar);
        File.WriteAllText(Path.Combine(home, "Dockerfile"), dockerfile);
        (await Command.RunAsync("chown", ["-R", "--reference", home, home])).Succeeded();
        return home;
    }

    private static Task<CommandResult> RunAsync(string home, params string[] arguments) =>
        TestUser.RunAsync([TheTool.Path, "build", "--store", Path.Combine(home, "store"), "--build-context", "base=oci-layout://base", .. arguments], home);
}
