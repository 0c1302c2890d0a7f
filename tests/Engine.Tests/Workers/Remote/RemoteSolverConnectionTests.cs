using System.IO.Pipes;
using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using MsBuildKit.TestKit;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Workers.Remote;

/// <summary>The conversation between an engine and the process that speaks to builders for it, with both ends in this process.</summary>
public sealed class RemoteSolverConnectionTests : IAsyncLifetime
{
    private const string StepName = LentGraph.StepName;

    private static readonly Digest s_result = Digest.Of("result"u8.ToArray());

    private readonly TempFolder _folder = new("remote-solver");
    private readonly AnonymousPipeServerStream _toTool = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _toEngine = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _fromEngine;
    private readonly AnonymousPipeClientStream _fromTool;
    private readonly ScriptedSolver _solver = new();
    private readonly LocalContentStore _store;
    private readonly List<BuildEvent> _told = [];
    private Builders? _builders;
    private RemoteSolverConnection _connection = null!;
    private Task _serving = Task.CompletedTask;

    public RemoteSolverConnectionTests()
    {
        _fromEngine = new AnonymousPipeClientStream(PipeDirection.In, _toTool.ClientSafePipeHandle);
        _fromTool = new AnonymousPipeClientStream(PipeDirection.In, _toEngine.ClientSafePipeHandle);
        _store = new LocalContentStore(_folder["store"]);
    }

    public async ValueTask InitializeAsync()
    {
        _serving = new RemoteSolverServer(new FrameChannel<Frame>(Frame.Parser, _fromEngine, _toEngine), Open, TimeProvider.System).ServeAsync(default);
        _connection = new RemoteSolverConnection(new FrameChannel<Frame>(Frame.Parser, _fromTool, _toTool));
        await _connection.OpenAsync(new Builders { Addresses = "unix:///a", Folder = "/here", Store = _store.Root }, default);
    }

    public async ValueTask DisposeAsync()
    {
        await _toTool.DisposeAsync();
        await _serving;
        await _toEngine.DisposeAsync();
        await _connection.DisposeAsync();
        await _fromEngine.DisposeAsync();
        await _fromTool.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Solve_Graph_ArrivesWithWhatItIsLent()
    {
        var known = Digest.Of("known"u8.ToArray());
        RemoteGraph? arrived = null;
        _solver.Solves = (graph, _, _) =>
        {
            arrived = graph;
            return Task.FromResult(s_result);
        };
        var sent = Graph() with { KnownBlobs = new HashSet<Digest> { known } };
        Assert.Equal(s_result, await _connection.SolveAsync(sent, null, default));
        Assert.Equal(("unix:///a", "/here"), (_builders!.Addresses, _builders.Folder));
        Assert.Equal((sent.Graph, sent.Terms, _store.Root), (arrived!.Graph, arrived.Terms, arrived.Store.Root));
        Assert.Equal([known], arrived.KnownBlobs);
        Assert.Equal(new SourcePosition("A.csproj", 3, 4), arrived.FindPosition(StepName));
        Assert.Null(arrived.FindPosition("other"));
        LentGraph.AssertLent(arrived.Session);
    }

    [Fact]
    public async Task Solve_LargeTree_ArrivesWholeAndInOrder()
    {
        LocalTree? arrived = null;
        _solver.Solves = (graph, _, _) =>
        {
            arrived = graph.Session.FindLocal("publish");
            return Task.FromResult(s_result);
        };
        var files = Enumerable.Range(0, 25_000).Select(i => new LocalFile($"{i:D6}", $"/host/{i}")).ToList();
        await _connection.SolveAsync(Graph(new LocalTree("publish", files)), null, default);
        Assert.Equal(files, arrived!.Files);
    }

    [Fact]
    public async Task Solve_WhatHappens_IsToldInOrderBeforeTheResult()
    {
        BuildEvent[] events =
        [
            new StepStarted(StepName) { Step = "sha256:1" }, new StepProgress(StepName, 1, null), new StepProgress(StepName, 2, 3), new StepCompleted(StepName, true, TimeSpan.FromMilliseconds(1.5)),
            new StepCompleted(StepName, false, TimeSpan.Zero, "exit code: 1"), new BuildMessage(MessageLevel.Warning, "lost", "MBK2601", new SourcePosition("f", 1, 2)), new BuildMessage(MessageLevel.Info, "a"),
        ];
        _solver.Solves = (_, progress, _) =>
        {
            foreach (var happened in events) progress!.Report(happened);
            progress!.Report(new StepOutput(StepName, 2, "printed"u8.ToArray()));
            return Task.FromResult(s_result);
        };
        await _connection.SolveAsync(Graph(), new Listener(_told), default);
        Assert.Equal(events, _told.SkipLast(1));
        var output = Assert.IsType<StepOutput>(_told[^1]);
        Assert.Equal((StepName, 2, "printed"), (output.Name, output.Stream, Encoding.UTF8.GetString(output.Data.Span)));
    }

    [Fact]
    public async Task Solve_Secret_IsReadWhenItIsAskedFor()
    {
        var secret = new CountingSecret();
        byte[]? lent = null, absent = [];
        var before = -1;
        _solver.Solves = async (graph, _, token) =>
        {
            before = secret.Reads;
            lent = await graph.Session.FindSecret("token")!.FindAsync(token);
            absent = await graph.Session.FindSecret("other")!.FindAsync(token);
            return s_result;
        };
        await _connection.SolveAsync(Graph(secret: secret), null, default);
        Assert.Equal((0, 1, "hidden"), (before, secret.Reads, Encoding.UTF8.GetString(lent!)));
        Assert.Null(absent);
    }

    [Fact]
    public async Task Solve_SecretThatCannotBeUsed_KeepsItsCode()
    {
        _solver.Solves = async (graph, _, token) =>
        {
            await graph.Session.FindSecret("token")!.FindAsync(token);
            return s_result;
        };
        var error = await Assert.ThrowsAsync<WorkerException>(() => _connection.SolveAsync(Graph(secret: new EnvironmentSecret("S", _ => new string('x', SecretBytes.Most + 1))), null, default));
        Assert.Equal(SessionException.SecretUnusable, error.Code);
    }

    [Fact]
    public async Task Solve_ContentOfALayout_IsPutIntoTheStore()
    {
        var (digest, other) = (Digest.Of(LentGraph.Content), Digest.Of("other"u8.ToArray()));
        (long? Size, long? Absent, byte[] Read) found = default;
        _solver.Solves = async (graph, _, token) =>
        {
            var layout = graph.Session.FindLayout(LentGraph.Layout)!;
            await using var stream = (await layout.FindAsync(digest, token))!;
            var read = new MemoryStream();
            await stream.CopyToAsync(read, token);
            found = (await layout.FindSizeAsync(digest, token), await layout.FindSizeAsync(other, token), read.ToArray());
            Assert.Null(graph.Session.FindLayout("other"));
            return s_result;
        };
        await _connection.SolveAsync(Graph(), null, default);
        Assert.Equal((LentGraph.Content.Length, null), (found.Size, found.Absent));
        Assert.Equal(LentGraph.Content, found.Read);
        Assert.Equal(LentGraph.Content, await File.ReadAllBytesAsync(_store.PathOf(digest), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Solve_Fails_KeepsCodeKindAndPlace()
    {
        _solver.Solves = (_, _, _) => throw new WorkerException("MBK2603", ErrorKind.Invalid, "It failed.") { Position = new SourcePosition("f", 5) };
        var error = await Assert.ThrowsAsync<WorkerException>(() => _connection.SolveAsync(Graph(), null, default));
        Assert.Equal(("MBK2603", ErrorKind.Invalid, "It failed.", new SourcePosition("f", 5)), (error.Code, error.Kind, error.Message, error.Position));
    }

    [Fact]
    public async Task Solve_FailsAsNobodyForesaw_SaysSo()
    {
        _solver.Solves = (_, _, _) => throw new InvalidOperationException("oops");
        Assert.Equal(WorkerException.SolverFault, (await Assert.ThrowsAsync<WorkerException>(() => _connection.SolveAsync(Graph(), null, default))).Code);
        _solver.Solves = (_, _, _) => Task.FromResult(s_result);
        Assert.Equal(s_result, await _connection.SolveAsync(Graph(), null, default));
    }

    [Fact]
    public async Task Solve_Cancelled_IsCancelledThere()
    {
        using var stop = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        _solver.Solves = (_, _, token) => WaitAsync(stop, ended, token);
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _connection.SolveAsync(Graph(), null, stop.Token));
        Assert.Equal(stop.Token, error.CancellationToken);
        await ended.Task;
    }

    [Fact]
    public async Task Solve_CancelledAndNotAnswered_EndsAllTheSame()
    {
        using var stop = new CancellationTokenSource();
        var never = new TaskCompletionSource<Digest>();
        _solver.Solves = (_, _, _) =>
        {
            stop.Cancel();
            return never.Task;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _connection.SolveAsync(Graph(), null, stop.Token));
        never.SetResult(s_result);
    }

    [Fact]
    public async Task Serve_EngineIsGone_StopsWhatRuns()
    {
        using var begun = new CancellationTokenSource();
        var ended = new TaskCompletionSource();
        _solver.Solves = (_, _, token) => WaitAsync(begun, ended, token);
        var solving = _connection.SolveAsync(Graph(), null, default);
        await Task.Delay(Timeout.Infinite, begun.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        await _toTool.DisposeAsync();
        await ended.Task;
        await _serving;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => solving);
    }

    [Fact]
    public async Task Solve_ProcessIsGone_SaysSo()
    {
        using var begun = new CancellationTokenSource();
        var never = new TaskCompletionSource<Digest>();
        _solver.Solves = (_, _, _) =>
        {
            begun.Cancel();
            return never.Task;
        };
        var solving = _connection.SolveAsync(Graph(), null, default);
        await Task.Delay(Timeout.Infinite, begun.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        await _toEngine.DisposeAsync();
        Assert.Equal(WorkerException.SolverEnded, (await Assert.ThrowsAsync<WorkerException>(() => solving)).Code);
        Assert.Equal(WorkerException.SolverEnded, (await Assert.ThrowsAsync<WorkerException>(() => _connection.SolveAsync(Graph(), null, default))).Code);
        never.SetResult(s_result);
    }

    [Fact]
    public async Task Open_OtherVersion_IsRefused()
    {
        var hello = new Frame { Hello = new Hello { Version = RemoteSolverServer.Version + 1 } }.ToByteArray();
        using var connection = new MemoryStream([0, 0, 0, (byte)hello.Length, .. hello]);
        await using var other = new RemoteSolverConnection(new FrameChannel<Frame>(Frame.Parser, connection, Stream.Null));
        Assert.Equal(WorkerException.OtherSolver, (await Assert.ThrowsAsync<WorkerException>(() => other.OpenAsync(new Builders(), default))).Code);
    }

    private static async Task<Digest> WaitAsync(CancellationTokenSource begun, TaskCompletionSource ended, CancellationToken cancellationToken)
    {
        await begun.CancelAsync();
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return s_result;
        }
        finally
        {
            ended.SetResult();
        }
    }

    private IRemoteSolver Open(Builders builders)
    {
        _builders = builders;
        return _solver;
    }

    private RemoteGraph Graph(LocalTree? tree = null, ISecretSource? secret = null) => LentGraph.Create(_store, _folder, tree, secret);

    private sealed class ScriptedSolver : IRemoteSolver
    {
        public Func<RemoteGraph, IProgress<BuildEvent>?, CancellationToken, Task<Digest>> Solves { get; set; } = (_, _, _) => Task.FromResult(s_result);

        public Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken) => Solves(graph, progress, cancellationToken);
    }

    private sealed class CountingSecret : ISecretSource
    {
        public int Reads { get; private set; }

        public string Place => "a test";

        public ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken)
        {
            Reads++;
            return new("hidden"u8.ToArray());
        }
    }

    private sealed class Listener(List<BuildEvent> told) : IProgress<BuildEvent>
    {
        public void Report(BuildEvent value) => told.Add(value);
    }
}
