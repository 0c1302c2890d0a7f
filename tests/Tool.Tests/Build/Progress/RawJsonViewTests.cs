using System.Text.Json;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Build.Progress;

namespace MsBuildKit.Tool.Tests.Build.Progress;

public sealed class RawJsonViewTests
{
    private static readonly string s_digest = "sha256:" + new string('a', 64);

    [Fact]
    public void Report_Events_AreLinesOfSolveStatus()
    {
        var output = new StringWriter();
        var view = new RawJsonView(output, new StillTime());
        view.Report(new StepStarted("RUN x") { Step = s_digest });
        view.Report(new StepOutput("RUN x", 2, "hi"u8.ToArray()) { Step = s_digest });
        view.Report(new StepCompleted("RUN x", false, TimeSpan.Zero, "RUN x: no") { Step = s_digest });
        view.Report(new BuildMessage(MessageLevel.Warning, "Bad case", "StageNameCasing", new SourcePosition("Dockerfile", 3, 1)));
        Assert.Equal($$$"""
            {"vertexes":[{"digest":"{{{s_digest}}}","name":"RUN x","started":"2026-01-02T03:04:05+00:00"}]}
            {"logs":[{"vertex":"{{{s_digest}}}","stream":2,"data":"aGk=","timestamp":"2026-01-02T03:04:05+00:00"}]}
            {"vertexes":[{"digest":"{{{s_digest}}}","name":"RUN x","started":"2026-01-02T03:04:05+00:00","completed":"2026-01-02T03:04:05+00:00","error":"no"}]}
            {"warnings":[{"level":1,"short":"U3RhZ2VOYW1lQ2FzaW5nOiBCYWQgY2FzZQ==","sourceInfo":{"filename":"Dockerfile"},"range":[{"start":{"line":3,"character":1},"end":{"line":3,"character":1}}]}]}

            """, output.ToString());
    }

    [Fact]
    public void Report_Transfers_BelongToAVertexThatIsTold()
    {
        var output = new StringWriter();
        var view = new RawJsonView(output, new StillTime());
        view.Report(new StepProgress("fetch abc", 5, 10));
        view.Report(new StepProgress("fetch abc", 10, 10));
        var lines = output.ToString().TrimEnd('\n').Split('\n').Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal(["vertexes", "statuses", "statuses", "vertexes"], lines.Select(l => l.EnumerateObject().Single().Name));
        Assert.Equal(lines[0].GetProperty("vertexes")[0].GetProperty("digest").GetString(), lines[1].GetProperty("statuses")[0].GetProperty("vertex").GetString());
        Assert.True(lines[3].GetProperty("vertexes")[0].TryGetProperty("completed", out _));
    }
}
