using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Builds;

public sealed class BuildStatusTests : IDisposable
{
    private readonly TempFolder _folder = new("status");
    private readonly StatusLog _log;
    private readonly BuildStatus _status;

    public BuildStatusTests()
    {
        _log = new StatusLog(_folder["log"]);
        _status = new BuildStatus(_log, TimeProvider.System);
    }

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Announce_Graph_TellsEveryVertexWithItsInputsOnce()
    {
        var first = LlbState.Scratch.File("one", FileStep.MakeFile("/a", 0x1A4, "a"u8));
        var edge = LlbGraph.Load(LlbMarshaller.Marshal(first.File("two", FileStep.MakeFile("/b", 0x1A4, "b"u8))));
        _status.Announce(edge);
        _status.Announce(edge);
        var told = await ReadAsync();
        Assert.Equal(["one", "two"], told.SelectMany(r => r.Vertexes).Select(v => v.Name).Order());
        Assert.Equal([edge.Vertex.Inputs[0].Vertex.Digest.ToString()], told.SelectMany(r => r.Vertexes).Single(v => v.Name == "two").Inputs);
    }

    [Fact]
    public async Task Report_StepThatRan_IsNotCalledCachedLater()
    {
        _status.Report(new StepStarted("s") { Step = "d" });
        _status.Report(new StepOutput("s", 1, "hi\n"u8.ToArray()) { Step = "d" });
        _status.Report(new StepCompleted("s", false, TimeSpan.Zero) { Step = "d" });
        _status.Report(new StepCompleted("s", true, TimeSpan.Zero) { Step = "d" });
        var told = await ReadAsync();
        Assert.DoesNotContain(told.SelectMany(r => r.Vertexes), v => v.Cached);
        Assert.Equal("hi\n", told.SelectMany(r => r.Logs).Single().Msg.ToStringUtf8());
        Assert.Equal((1, 1, 0), (_status.Counts.Total, _status.Counts.Completed, _status.Counts.Cached));
    }

    [Fact]
    public async Task Report_WhatIsMovedForAStep_BeginsItAndIsToldWithWhatIsDone()
    {
        _status.Report(new StepProgress("transferring context:", 5, null) { Step = "d", Action = "transferring" });
        _status.Report(new StepProgress("transferring context:", 9, 9) { Step = "d", Action = "transferring" });
        var told = await ReadAsync();
        Assert.NotNull(told.SelectMany(r => r.Vertexes).First().Started);
        var moved = told.SelectMany(r => r.Statuses).ToList();
        Assert.Equal([("transferring context:", "transferring", 5L), ("transferring context:", "transferring", 9L)], moved.Select(s => (s.ID, s.Name, s.Current)));
        Assert.Equal([false, true], moved.Select(s => s.Completed is not null));
    }

    [Fact]
    public async Task Complete_WhileAStepRuns_TellsThatItWasStopped()
    {
        _status.Report(new StepStarted("s") { Step = "d" });
        var last = (await ReadAsync()).SelectMany(r => r.Vertexes).Last();
        Assert.NotNull(last.Completed);
        Assert.Equal("context canceled", last.Error);
    }

    [Fact]
    public async Task Report_OutputOfManyMegabytes_ComesWhole()
    {
        var data = Enumerable.Range(0, 5 << 20).Select(i => (byte)i).ToArray();
        _status.Report(new StepOutput("s", 2, data) { Step = "d" });
        var told = await ReadAsync();
        Assert.All(told, r => Assert.True(r.CalculateSize() < 4 << 20));
        Assert.Equal(data, told.SelectMany(r => r.Logs).SelectMany(l => l.Msg.ToByteArray()));
    }

    [Fact]
    public async Task Read_BeforeAndAfter_IsTheSame()
    {
        var early = ReadAllAsync();
        _status.Report(new StepStarted("s") { Step = "d" });
        _status.Report(new StepCompleted("s", false, TimeSpan.Zero, "wrong") { Step = "d" });
        var late = await ReadAsync();
        Assert.Equal(late.SelectMany(r => r.Vertexes), (await early).SelectMany(r => r.Vertexes));
        Assert.Equal("wrong", late.SelectMany(r => r.Vertexes).Last().Error);
    }

    private Task<List<StatusResponse>> ReadAsync()
    {
        _status.Complete();
        return ReadAllAsync();
    }

    private async Task<List<StatusResponse>> ReadAllAsync()
    {
        var told = new List<StatusResponse>();
        await foreach (var response in _log.ReadAsync(TestContext.Current.CancellationToken)) told.Add(response);
        return told;
    }
}
