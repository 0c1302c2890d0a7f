using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Linting;

public sealed class LintReportTests
{
    private const string TwoFaults = "FROM scratch AS Build\nCMD run it\n";

    [Fact]
    public void Warn_TheSameTwice_IsKeptOnce()
    {
        var report = new LintReport("Dockerfile", null);
        var range = new TextRange(3, 1, 3, 9);

        report.Warn(LintRules.UndefinedVar, "a", range);
        report.Warn(LintRules.UndefinedVar, "a", range);
        report.Warn(LintRules.UndefinedVar, "b", range);

        Assert.Equal(["a", "b"], report.Warnings.Select(w => w.Message));
    }

    [Fact]
    public void Tell_Warnings_AreMessagesWithTheirPlace()
    {
        var told = new List<BuildEvent>();

        Linted.Report("# check=error=false\n" + TwoFaults).Tell(new Listener(told));

        var messages = told.Cast<BuildMessage>().ToList();
        Assert.Equal(2, messages.Count);
        Assert.All(messages, m => Assert.Equal((MessageLevel.Warning, "MBK1960"), (m.Level, m.Code)));
        Assert.StartsWith("StageNameCasing: The stage's name 'Build'", messages[0].Text, StringComparison.Ordinal);
        Assert.Equal(new SourcePosition("Dockerfile", 2, 1), messages[0].Position);
    }

    [Fact]
    public void Tell_WarningsThatAreErrors_TellsAndFails()
    {
        var told = new List<BuildEvent>();

        var error = Assert.Throws<DockerfileException>(() => Linted.Report("# check=error=true\n" + TwoFaults).Tell(new Listener(told)));

        Assert.Equal("MBK1961", error.Code);
        Assert.Contains("StageNameCasing, JSONArgsRecommended", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, error.Position!.Line);
        Assert.Equal(2, told.Count);
    }

    [Theory]
    [InlineData("# check=error=true\nFROM scratch\n")]
    [InlineData("# check=skip=all;error=true\n" + TwoFaults)]
    public void Tell_NoWarnings_DoesNotFail(string text) => Linted.Report(text).Tell(null);

    [Fact]
    public void Of_TheBuildArgument_StandsInForTheDirective()
    {
        var report = Linted.Report("# check=skip=all;error=true\n" + TwoFaults, Args("skip=StageNameCasing"));

        Assert.Equal(["JSONArgsRecommended"], report.Warnings.Select(w => w.Rule.Name));
        report.Tell(null);
        Assert.Throws<DockerfileException>(() => Linted.Report(TwoFaults, Args("error=1")).Tell(null));
        Assert.Equal(2, Linted.Report("# check=skip=all\n" + TwoFaults, Args("")).Warnings.Count);
    }

    [Theory]
    [InlineData("skip")]
    [InlineData("skips=all")]
    [InlineData("error=perhaps")]
    public void Of_ABuildArgumentThatIsNone_IsRefused(string text)
    {
        var error = Assert.Throws<DockerfileException>(() => Linted.Report(TwoFaults, Args(text)));

        Assert.Equal("MBK1962", error.Code);
        Assert.Contains("BUILDKIT_DOCKERFILE_CHECK", error.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Args(string options) => new() { ["BUILDKIT_DOCKERFILE_CHECK"] = options };

    private sealed class Listener(List<BuildEvent> told) : IProgress<BuildEvent>
    {
        public void Report(BuildEvent value) => told.Add(value);
    }
}
