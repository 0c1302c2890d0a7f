using System.Text;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Build.Progress;

namespace MsBuildKit.Tool.Tests.Build.Progress;

public sealed class PlainViewTests
{
    private readonly StillTime _time = new();
    private readonly StringWriter _output = new();
    private readonly PlainView _view;

    public PlainViewTests() => _view = new PlainView(_output, _time);

    [Fact]
    public void Report_OneStepAfterTheOther_IsBuildKitsPlainStyle()
    {
        _view.Report(Started("a", "[internal] load build definition from Dockerfile"));
        _view.Report(Ended("a", "[internal] load build definition from Dockerfile", seconds: 0.04));
        _view.Report(Ended("b", "[1/3] FROM alpine", cached: true));
        _view.Report(Started("c", "[2/3] RUN echo hi"));
        _time.Advance(0.1234);
        _view.Report(Printed("c", "hi\nthe"));
        _time.Advance(11);
        _view.Report(Printed("c", "re\n"));
        _view.Report(Ended("c", "[2/3] RUN echo hi", seconds: 11.18));
        _view.Report(Started("d", "[3/3] RUN false"));
        _view.Report(Ended("d", "[3/3] RUN false", error: "[3/3] RUN false: it ended with 1."));
        _view.Complete();
        Assert.Equal("""
            #1 [internal] load build definition from Dockerfile
            #1 DONE 0.0s

            #2 [1/3] FROM alpine
            #2 CACHED

            #3 [2/3] RUN echo hi
            #3 0.123 hi
            #3 11.12 there
            #3 DONE 11.2s

            #4 [3/3] RUN false
            #4 ERROR: it ended with 1.

            """, _output.ToString());
    }

    [Fact]
    public void Report_StepsAtOnce_HaveTurns()
    {
        _view.Report(Started("a", "one"));
        _view.Report(Started("b", "two"));
        _view.Report(Printed("b", "from two\n"));
        _view.Report(Printed("a", "from one\n"));
        _time.Advance(6);
        _view.Report(Printed("b", "more of two\n"));
        _view.Report(Printed("a", "rest of one"));
        _view.Report(Ended("a", "one", seconds: 6));
        _view.Report(Ended("b", "two", seconds: 6));
        _view.Complete();
        Assert.Equal("""
            #1 one
            #1 0.000 from one
            #1 ...

            #2 two
            #2 0.000 from two
            #2 6.000 more of two
            #2 DONE 6.0s

            #1 one
            #1 6.000 rest of one
            #1 DONE 6.0s

            """, _output.ToString());
    }

    [Fact]
    public void Complete_WhileStepsRun_LeavesNothingOut()
    {
        _view.Report(Started("a", "one"));
        _view.Report(Started("b", "two"));
        _view.Report(Printed("b", "held\nand a rest"));
        _view.Complete();
        _view.Report(Printed("b", "too late\n"));
        Assert.Equal("#1 one\n#1 ...\n\n#2 two\n#2 0.000 held\n#2 and a rest\n", _output.ToString());
    }

    [Fact]
    public void Report_Transfers_AreToldNowAndThen()
    {
        for (var moved = 0L; moved <= 100; moved += 10)
        {
            _view.Report(new StepProgress("fetch abc", moved * 1000, 100_000));
            _time.Advance(1);
        }
        Assert.Equal("#1 fetch abc\n#1 0 B / 100 kB\n#1 50.0 kB / 100 kB\n#1 100 kB / 100 kB\n#1 DONE 10.0s\n", _output.ToString());
    }

    [Fact]
    public void Report_Messages_StandAlone()
    {
        _view.Report(Started("a", "one"));
        _view.Report(new BuildMessage(MessageLevel.Detail, "unseen"));
        _view.Report(new BuildMessage(MessageLevel.Warning, "Careful.", "MBK1903"));
        _view.Report(Ended("a", "one", seconds: 1));
        Assert.Equal("#1 one\n#1 ...\n\nwarning MBK1903: Careful.\n\n#1 one\n#1 DONE 1.0s\n", _output.ToString());
    }

    [Fact]
    public void Report_LongOutput_IsWhole()
    {
        _view.Report(Started("a", "one"));
        for (var i = 0; i < 50_000; i++) _view.Report(Printed("a", $"line {i}\n"));
        Assert.Equal(50_001, _output.ToString().Count(c => c == '\n'));
    }

    private static BuildEvent Started(string step, string name) => new StepStarted(name) { Step = step };

    private static BuildEvent Ended(string step, string name, double seconds = 0, bool cached = false, string? error = null) =>
        new StepCompleted(name, cached, TimeSpan.FromSeconds(seconds), error) { Step = step };

    private static BuildEvent Printed(string step, string text) => new StepOutput(step, 1, Encoding.UTF8.GetBytes(text)) { Step = step };
}
