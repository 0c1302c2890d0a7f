using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Tool.Build.Progress;

namespace MsBuildKit.Tool.Tests.Build.Progress;

public sealed class FailureReportTests
{
    private const string Dockerfile = "FROM alpine\n\nRUN echo a && \\\n\tfalse\n\nCMD x\n";

    [Fact]
    public void Write_AFailedStep_ShowsItsLastLinesAndWhereItStands()
    {
        var output = new StringWriter();
        var error = new ToolException("MBK2007", ErrorKind.FailedPrecondition, "RUN false: it ended with 1.") { Position = new SourcePosition("Dockerfile", 3) };
        new FailureReport(output, "Dockerfile", Dockerfile).Write(error, [("[2/2] RUN false", ["last but one", "last"])]);
        Assert.Equal("""
            ------
             > [2/2] RUN false:
            last but one
            last
            ------
            Dockerfile:3
            --------------------
               2 |
               3 | >>> RUN echo a && \
               4 | >>>  false
               5 |
            --------------------
            error MBK2007: RUN false: it ended with 1.

            """, output.ToString());
    }

    [Fact]
    public void Write_FaultsOfADockerfile_AreAllShown()
    {
        var output = new StringWriter();
        var error = new DockerfileException("Dockerfile", [new("MBK1920", "One.", new TextRange(1, 1, 1, 4)), new("MBK1921", "Two.", new TextRange(6, 1, 6, 5))]);
        new FailureReport(output, "Dockerfile", Dockerfile).Write(error, []);
        Assert.Contains("   1 | >>> FROM alpine\n", output.ToString());
        Assert.Contains("error MBK1920: One.\nDockerfile:6\n", output.ToString());
        Assert.EndsWith("error MBK1921: Two.\n", output.ToString());
    }

    [Fact]
    public void Write_Remarks_AreCountedAndInOrder()
    {
        var output = new StringWriter();
        RemarkReport.Write(output, [Remark("B", 9), Remark("A", 2)]);
        Assert.Equal("\n 2 warnings found:\n - A: text of A (line 2)\n - B: text of B (line 9)\n", output.ToString());
    }

    [Fact]
    public void Watch_AStepThatFails_KeepsItsLastTenLines()
    {
        var watch = new BuildWatch(new QuietView(), new StillTime());
        watch.Report(new StepStarted("RUN x") { Step = "a" });
        watch.Report(new StepOutput("RUN x", 1, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(1, 15)))) { Step = "a" });
        watch.Report(new StepCompleted("RUN x", false, TimeSpan.Zero, "RUN x: no") { Step = "a" });
        var (name, lines) = Assert.Single(watch.Failed());
        Assert.Equal("RUN x", name);
        Assert.Equal(Enumerable.Range(6, 10).Select(i => $"{i}"), lines);
    }

    private static BuildMessage Remark(string rule, int line) => new(MessageLevel.Warning, $"{rule}: text of {rule}", "MBK1960", new SourcePosition("Dockerfile", line));
}
