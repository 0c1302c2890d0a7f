using MsBuildKit.Engine.Frontends;
using MsBuildKit.Engine.Frontends.Project;

namespace MsBuildKit.Engine.Tests.Frontends;

public sealed class AppCommandLineTests
{
    private static readonly ProjectImageConfig s_app = new() { WorkingDirectory = "/app", AppCommand = ["dotnet", "/app/x.dll"] };

    [Fact]
    public void Place_Nothing_MakesTheCommandTheEntrypoint() =>
        AssertPlaced(s_app with { AppCommandArgs = ["-v"], DefaultArgs = ["d"] }, null, "dotnet /app/x.dll -v", "d", overrides: false);

    [Theory]
    [InlineData("dotnet", false)]
    [InlineData("/usr/bin/dotnet", false)]
    [InlineData("/tini", true)]
    public void Place_OverBaseEntrypoint_SaysWhenItIsLost(string entrypoint, bool overrides) =>
        AssertPlaced(s_app, [entrypoint], "dotnet /app/x.dll", "", overrides);

    [Fact]
    public void Place_OwnEntrypoint_MakesTheCommandItsArguments() =>
        AssertPlaced(s_app with { Entrypoint = ["/tini"], EntrypointArgs = ["--"], DefaultArgs = ["d"] }, null, "/tini --", "dotnet /app/x.dll d", false);

    [Fact]
    public void Place_LegacyEntrypointArgsAlone_AreArgumentsOfTheApplication() =>
        AssertPlaced(s_app with { EntrypointArgs = ["a"] }, null, "dotnet /app/x.dll", "a", false);

    [Fact]
    public void Place_DefaultArgsInstruction_KeepsTheBaseEntrypoint() =>
        AssertPlaced(s_app with { Instruction = AppCommandInstruction.DefaultArgs }, ["/tini"], "", "dotnet /app/x.dll", false);

    [Fact]
    public void Place_None_UsesNoCommand() =>
        AssertPlaced(s_app with { Instruction = AppCommandInstruction.None, Entrypoint = ["/x"], DefaultArgs = ["d"] }, null, "/x", "d", false);

    [Fact]
    public void Place_Contradictions_AreRefused()
    {
        AssertConflict(s_app with { Instruction = AppCommandInstruction.Entrypoint, Entrypoint = ["/x"] });
        AssertConflict(s_app with { EntrypointArgs = ["a"], DefaultArgs = ["d"] });
        AssertConflict(s_app with { AppCommand = [], AppCommandArgs = ["a"] });
    }

    private static void AssertPlaced(ProjectImageConfig config, string[]? baseEntrypoint, string entrypoint, string cmd, bool overrides)
    {
        var placed = AppCommandLine.Place(config, baseEntrypoint);
        Assert.Equal(entrypoint, string.Join(' ', placed.Entrypoint));
        Assert.Equal(cmd, string.Join(' ', placed.Cmd));
        Assert.Equal(overrides, placed.OverridesBaseEntrypoint);
    }

    private static void AssertConflict(ProjectImageConfig config) =>
        Assert.Equal("MBK1901", Assert.Throws<FrontendException>(() => AppCommandLine.Place(config, null)).Code);
}
