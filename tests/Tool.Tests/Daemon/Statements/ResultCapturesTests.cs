using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Tests.Daemon.Frontends;

namespace MsBuildKit.Tool.Tests.Daemon.Statements;

public sealed class ResultCapturesTests : IAsyncDisposable
{
    private readonly FrontendBuild _build = new();

    public ResultCapturesTests() => _build.Folder.Write("src/file", "content");

    public ValueTask DisposeAsync() => _build.DisposeAsync();

    [Fact]
    public async Task Gather_Dockerfile_TellsItsRequestAndWhatTheFrontendLookedInto()
    {
        var captured = Assert.Single(await GatherAsync(await _build.SolveAsync("FROM scratch\nENV a=b\nCOPY --from=more x /\n", ("context:more", "local:more"), ("build-arg:A", "1"))));
        Assert.Equal("", captured.Key);
        Assert.Equal(["context", "dockerfile", "more"], captured.Value.Capture.Folders);
        var request = captured.Value.Request.Request;
        Assert.Equal(("dockerfile.v0", "1", null), (request.Frontend, request.Arguments["build-arg:A"], request.Root));
        var graph = await captured.Value.DescribeAsync();
        Assert.Equal("Dockerfile", Assert.Single(graph.Texts!.Infos).Filename);
    }

    [Fact]
    public async Task Gather_WhatAClientOnlyLookedInto_IsNotOfItsDockerfiles()
    {
        _build.Folder.Write("more/x", "x");
        await (await _build.Bridge.SolveAsync(LlbMarshaller.Marshal(LlbState.Scratch.File("y", FileStep.Copy(LlbState.Local("more"), "/x", "/", new CopyOptions()))), "", FrontendBuild.Call(), default)).Refs[""].SolveAsync(default);
        Assert.DoesNotContain("more", Assert.Single(await GatherAsync(await _build.SolveAsync("FROM scratch\nCOPY file /\n"))).Value.Capture.Folders);
    }

    [Fact]
    public async Task Gather_GraphOfAClient_HasNoRequest()
    {
        var graph = LlbMarshaller.Marshal(LlbState.Scratch.File("x", FileStep.MakeFile("/x", 0, [])));
        var captured = Assert.Single(await GatherAsync(await _build.Bridge.SolveAsync(graph, "", FrontendBuild.Call(), default))).Value;
        Assert.Equal(("", 0), (captured.Request.Request.Frontend, captured.Request.Request.Arguments.Count));
        Assert.True(captured.Capture.IsComplete);
    }

    [Fact]
    public async Task Gather_NothingAtAll_HasNoStory() => Assert.Empty(await GatherAsync(await _build.SolveAsync("FROM scratch\nENV A=b\n")));

    [Fact]
    public async Task Gather_InputThatAnotherRequestMade_NamesThatRequest()
    {
        var made = (await _build.SolveAsync("FROM scratch AS base\nCOPY file /\nFROM base\nENV c=d\nCOPY file /f\n", ("target", "base"))).Refs[""].Graph!;
        var call = FrontendBuild.CallWith(new Dictionary<string, Definition> { ["in"] = made, ["plain"] = LlbMarshaller.Marshal(LlbState.Scratch.File("x", FileStep.MakeFile("/x", 0, []))) }, ("context:base", "input:in"), ("context:other", "input:plain"));
        var request = Assert.Single(await GatherAsync(await _build.SolveAsync(call))).Value.Request.Request;
        var input = Assert.Single(request.Inputs);
        Assert.Equal(("in", "base"), (input.Key, input.Value.Request.Arguments["target"]));
        _build.Producers.Forget(_build.Bridge.Scope);
        Assert.Null(_build.Producers.Find(made));
    }

    [Fact]
    public void Find_GraphOfTwoRequestsThatDiffer_IsNobodys()
    {
        var graph = LlbMarshaller.Marshal(LlbState.Local("x"));
        var (one, other) = (RequestProvenance.Of("f", [KeyValuePair.Create("a", "1")], new BuildCapture()), RequestProvenance.Of("f", [KeyValuePair.Create("a", "2")], new BuildCapture()));
        _build.Producers.Add(this, graph, one);
        _build.Producers.Add(this, graph, one with { Request = one.Request with { Root = other } });
        Assert.True(_build.Producers.Find(graph)!.IsSameAs(one));
        _build.Producers.Add(_build, graph, other);
        Assert.Null(_build.Producers.Find(graph));
        _build.Producers.Forget(_build);
        Assert.NotNull(_build.Producers.Find(graph));
    }

    [Fact]
    public void Enter_FrontendOfAFrontend_KeepsWhatTheClientAsked()
    {
        var root = RequestScope.OfBuild(new AskedFrontend("", FrontendBuild.Call(("root", "1"))));
        Assert.Equal("1", root.Enter(new AskedFrontend("f", FrontendBuild.Call())).Enter(new AskedFrontend("g", FrontendBuild.Call())).Root.Call.Attributes["root"]);
        var silent = RequestScope.OfBuild(new AskedFrontend("", FrontendBuild.Call()));
        Assert.Equal("f", silent.Enter(new AskedFrontend("f", FrontendBuild.Call())).Enter(new AskedFrontend("g", FrontendBuild.Call())).Root.Frontend);
    }

    private Task<IReadOnlyDictionary<string, CapturedResult>> GatherAsync(FrontendResult result) => new ResultCaptures(_build.Bridge).GatherAsync(result, TestContext.Current.CancellationToken);
}
