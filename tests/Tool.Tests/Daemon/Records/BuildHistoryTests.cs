using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Engine.Attestations;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Records;

public sealed class BuildHistoryTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StillTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task End_Build_IsKeptWithItsLogForTheNextDaemon()
    {
        Build(Open(), "one", r => r.NumTotalSteps = 3);
        var history = Open();
        var record = Assert.Single(await KnownAsync(history)).Record;
        Assert.Equal(("one", 3, "dockerfile.v0"), (record.Ref, record.NumTotalSteps, record.Frontend));
        Assert.Equal(("application/vnd.buildkit.status.v0", new FileInfo(history.FindLog("one")!).Length), (record.Logs.MediaType, record.Logs.Size));
        Assert.Equal(history.FindLog("one"), history.FindContent(record.Logs.Digest));
        var told = new List<StatusResponse>();
        await foreach (var happened in StatusLog.ReplayAsync(history.FindLog("one")!, default)) told.Add(happened);
        Assert.Equal("said by one", Assert.Single(Assert.Single(told).Vertexes).Name);
    }

    [Fact]
    public async Task End_WhatWasSaidOfResults_IsKeptAsLongAsTheBuild()
    {
        Build(Open(), "one", said: [("", new Predicate("t1", "{\"a\":1}"u8.ToArray())), ("linux/arm64", new Predicate("t2", "{\"b\":2}"u8.ToArray()))]);
        var history = Open();
        var record = Assert.Single(await KnownAsync(history)).Record;
        var (whole, other) = (Assert.Single(record.Result.Attestations), Assert.Single(record.Results["linux/arm64"].Attestations));
        Assert.Equal(("application/vnd.in-toto+json", 7L, "t1"), (whole.MediaType, whole.Size, whole.Annotations["in-toto.io/predicate-type"]));
        Assert.Equal("{\"a\":1}", File.ReadAllText(history.FindContent(whole.Digest)!));
        Assert.Equal("{\"b\":2}", File.ReadAllText(history.FindContent(other.Digest)!));
        history.Update(new UpdateBuildHistoryRequest { Ref = "one", Delete = true });
        Assert.Null(history.FindContent(whole.Digest));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public async Task End_BuildThatFailed_HasWhyAsContent()
    {
        var why = new Google.Rpc.Status { Code = 2, Message = "no", Details = { new Any { TypeUrl = "t" } } };
        var opened = Open();
        Build(opened, "one", r => opened.Files.Keep(r, why));
        var history = Open();
        var record = Assert.Single(await KnownAsync(history)).Record;
        Assert.Equal(new Google.Rpc.Status { Code = 2, Message = "no" }, record.Error);
        Assert.Equal("application/vnd.googeapis.google.rpc.status+proto", record.ExternalError.MediaType);
        Assert.Equal(why, Google.Rpc.Status.Parser.ParseFrom(File.ReadAllBytes(history.FindContent(record.ExternalError.Digest)!)));
        history.Update(new UpdateBuildHistoryRequest { Ref = "one", Delete = true });
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public async Task End_Build_HasWhatRanWhenAsContent()
    {
        var opened = Open();
        Build(opened, "one", r => opened.Files.Keep(r, "trace"u8.ToArray()));
        var history = Open();
        var record = Assert.Single(await KnownAsync(history)).Record;
        Assert.Equal(("application/vnd.buildkit.otlp.json.v0", 5L), (record.Trace.MediaType, record.Trace.Size));
        Assert.Equal("trace", File.ReadAllText(history.FindContent(record.Trace.Digest)!));
    }

    [Fact]
    public async Task Begin_InternalBuild_LeavesNothing()
    {
        var history = Open();
        Build(history, "own", isInternal: true);
        Assert.Empty(await KnownAsync(history));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public async Task End_BuildThatCannotBeKept_RunsNoMore()
    {
        var history = Open();
        await using var events = history.ListenAsync(new BuildHistoryRequest(), default).GetAsyncEnumerator();
        history.Begin(new SolveRequest { Ref = "other" });
        Assert.Equal((BuildHistoryEventType.Started, "other"), await NextAsync(events));
        Assert.Throws<IOException>(() => Build(history, "one", _ => throw new IOException("no space left")));
        Assert.Equal((BuildHistoryEventType.Started, "one"), await NextAsync(events));
        Assert.Equal((BuildHistoryEventType.Deleted, "one"), await NextAsync(events));
        Assert.Equal(["other"], await RefsAsync(history, new BuildHistoryRequest()));
    }

    [Fact]
    public async Task Open_LogWithoutRecordAndDamagedRecord_AreSwept()
    {
        Build(Open(), "one");
        File.WriteAllBytes(Directory.EnumerateFiles(_folder.Path, "*.record").Single(), [0xff, 0xff]);
        _folder.Write("abc.log", "of a build that was cut off");
        Assert.Empty(await KnownAsync(Open()));
        Assert.Empty(Directory.EnumerateFiles(_folder.Path));
    }

    [Fact]
    public async Task End_MoreThanAreKept_TheOldestGoUnlessYoungOrPinned()
    {
        var history = Open();
        foreach (var id in (string[])["pinned", "old", "older"]) Build(history, id);
        history.Update(new UpdateBuildHistoryRequest { Ref = "pinned", Pinned = true });
        _time.Advance(3 * 3600);
        Build(history, "young");
        Build(history, "younger");
        Build(history, "youngest");
        Assert.Equal(["pinned", "young", "younger", "youngest"], (await KnownAsync(history)).Select(e => e.Record.Ref).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Listen_LiveBuilds_AreToldAsTheyHappen()
    {
        var history = Open();
        await using var events = history.ListenAsync(new BuildHistoryRequest { ActiveOnly = true }, default).GetAsyncEnumerator();
        history.Begin(new SolveRequest { Ref = "a" });
        Assert.Equal((BuildHistoryEventType.Started, "a"), await NextAsync(events));
        Build(history, "b");
        history.Update(new UpdateBuildHistoryRequest { Ref = "b", Delete = true });
        Assert.Equal((BuildHistoryEventType.Started, "b"), await NextAsync(events));
        Assert.Equal((BuildHistoryEventType.Complete, "b"), await NextAsync(events));
        Assert.Equal((BuildHistoryEventType.Deleted, "b"), await NextAsync(events));
    }

    [Fact]
    public async Task Listen_RefFilterAndLimit_ChooseBuilds()
    {
        var history = Open();
        Build(history, "good");
        _time.Advance(60);
        Build(history, "bad", r => r.Error = new Google.Rpc.Status { Code = 2, Message = "no" });
        history.Begin(new SolveRequest { Ref = "busy" });
        Assert.Equal(["busy"], await RefsAsync(history, new() { ActiveOnly = true }));
        Assert.Equal(["good"], await RefsAsync(history, new() { Ref = "good" }));
        Assert.Equal(["bad"], await RefsAsync(history, new() { Filter = { "status==error" } }));
        Assert.Equal(["busy", "good"], await RefsAsync(history, new() { Filter = { "status==running", "ref~=^go" } }));
        Assert.Equal(["good"], await RefsAsync(history, new() { Filter = { "startedAt<30s" } }));
        Assert.Equal(["busy", "bad"], (await RefsAsync(history, new() { Limit = 2 })).OrderDescending());
        await Assert.ThrowsAsync<DaemonException>(() => RefsAsync(history, new() { Filter = { "startedAt<soon" } }));
    }

    [Fact]
    public void Update_UnknownBuild_IsRefused() =>
        Assert.Equal(DaemonException.NoRecord, Assert.Throws<DaemonException>(() => Open().Update(new UpdateBuildHistoryRequest { Ref = "x", Delete = true })).Code);

    private BuildHistory Open() => new(_folder.Path, TimeSpan.FromHours(2), 2, _time);

    private void Build(BuildHistory history, string id, Action<BuildHistoryRecord>? outcome = null, bool isInternal = false, IReadOnlyList<(string, Predicate)>? said = null)
    {
        history.Begin(new SolveRequest { Ref = id, Frontend = "dockerfile.v0", Internal = isInternal });
        using (var log = new StatusLog(history.Files.LogOf(id))) log.Add(new StatusResponse { Vertexes = { new Vertex { Name = $"said by {id}" } } });
        history.End(id, said ?? [], outcome ?? (_ => { }));
        _time.Advance(1);
    }

    private static async Task<(BuildHistoryEventType, string)> NextAsync(IAsyncEnumerator<BuildHistoryEvent> events)
    {
        Assert.True(await events.MoveNextAsync());
        return (events.Current.Type, events.Current.Record.Ref);
    }

    private static Task<List<BuildHistoryEvent>> KnownAsync(BuildHistory history) => KnownAsync(history, new BuildHistoryRequest());

    private static async Task<List<BuildHistoryEvent>> KnownAsync(BuildHistory history, BuildHistoryRequest request)
    {
        request.EarlyExit = true;
        var known = new List<BuildHistoryEvent>();
        await foreach (var happened in history.ListenAsync(request, default)) known.Add(happened);
        return known;
    }

    private static async Task<List<string>> RefsAsync(BuildHistory history, BuildHistoryRequest request) => [.. (await KnownAsync(history, request)).Select(e => e.Record.Ref)];
}
