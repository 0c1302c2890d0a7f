using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Build.Progress;

namespace MsBuildKit.Tool.Tests.Build.Progress;

public sealed class TtyViewTests
{
    private readonly StillTime _time = new();
    private readonly StringWriter _output = new();
    private (int Width, int Height) _size = (40, 10);

    [Fact]
    public void Draw_StepsThatRanAndRun_AreAListUnderAHeader()
    {
        var view = Open();
        view.Report(new StepCompleted("[1/2] FROM alpine", true, TimeSpan.Zero) { Step = "a" });
        view.Report(new StepStarted("[2/2] RUN make") { Step = "b" });
        view.Report(new StepOutput("[2/2] RUN make", 1, Encoding.UTF8.GetBytes("1\n2\n3\n4\n5\n6\n7\nhalf")) { Step = "b" });
        _time.Advance(2.06);
        view.Draw();
        Assert.Equal("""
            [+] Building 2.1s (1/2)
             => CACHED [1/2] FROM alpine       0.0s
             => [2/2] RUN make                 2.1s
             => => # 2
             => => # 3
             => => # 4
             => => # 5
             => => # 6
             => => # 7

            """, Shown());
    }

    [Fact]
    public void Draw_Again_GoesBackOverWhatWasDrawn()
    {
        var view = Open();
        view.Report(new StepStarted("one") { Step = "a" });
        view.Draw();
        _output.GetStringBuilder().Clear();
        view.Draw();
        Assert.StartsWith("\r\x1b[2A[+] Building", _output.ToString());
        // The two lines have 23 and 39 columns: in 20 they are two rows each.
        _size = (20, 10);
        _output.GetStringBuilder().Clear();
        view.Draw();
        Assert.StartsWith("\r\x1b[4A[+] Building", _output.ToString());
        Assert.All(Shown().Split('\n'), line => Assert.InRange(line.Length, 0, 19));
    }

    [Fact]
    public void Draw_MoreStepsThanLines_KeepsThoseThatRun()
    {
        var view = Open();
        for (var i = 0; i < 30; i++) view.Report(new StepCompleted($"done {i}", false, TimeSpan.FromSeconds(1)) { Step = $"{i}" });
        view.Report(new StepStarted("still running") { Step = "x" });
        view.Draw();
        var lines = Shown().TrimEnd('\n').Split('\n');
        Assert.Equal(9, lines.Length);
        Assert.Contains("still running", lines[^1]);
        Assert.Contains("done 29", lines[^2]);
    }

    [Fact]
    public void Complete_AtTheEnd_ShowsAllAndGivesTheCursorBack()
    {
        var view = Open();
        for (var i = 0; i < 30; i++) view.Report(new StepCompleted($"done {i}", false, TimeSpan.FromSeconds(1)) { Step = $"{i}" });
        view.Report(new StepCompleted("bad", false, TimeSpan.Zero, "bad: no") { Step = "x" });
        view.Report(new BuildMessage(MessageLevel.Warning, "Careful.", "MBK1903"));
        view.Complete();
        view.Complete();
        view.Draw();
        Assert.Equal(31, Shown().Split('\n').Count(l => l.StartsWith(" => ", StringComparison.Ordinal)));
        Assert.Contains("(31/31) FAILED", Shown());
        Assert.Contains(" => ERROR bad", Shown());
        Assert.StartsWith("warning MBK1903: Careful.\n", Shown());
        Assert.EndsWith("\x1b[?25h", _output.ToString());
        Assert.Equal(1, _output.ToString().Split("\x1b[?25h").Length - 1);
    }

    [Fact]
    public void Draw_Colors_AreThereWhenAskedFor()
    {
        var view = Open(colors: true);
        view.Report(new StepCompleted("done", false, TimeSpan.Zero) { Step = "a" });
        view.Report(new StepCompleted("bad", false, TimeSpan.Zero, "bad: no") { Step = "b" });
        view.Draw();
        Assert.Contains("\x1b[34m => done", _output.ToString());
        Assert.Contains("\x1b[31m => ERROR bad", _output.ToString());
    }

    private TtyView Open(bool colors = false) => new(_output, _time, () => _size, colors);

    private string Shown() => System.Text.RegularExpressions.Regex.Replace(_output.ToString(), @"\r|\x1b\[[?0-9]*[A-Za-z]", "");
}
