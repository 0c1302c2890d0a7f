using System.Collections.Concurrent;
using System.IO.Pipes;
using System.Text;
using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>The contract between an engine and its worker, with both ends in this process.</summary>
public sealed class WorkerConnectionTests : IAsyncLifetime
{
    private readonly AnonymousPipeServerStream _toWorker = new(PipeDirection.Out);
    private readonly AnonymousPipeServerStream _toEngine = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _fromEngine;
    private readonly AnonymousPipeClientStream _fromWorker;
    private readonly ScriptedExecutor _executor = new();
    private readonly ScriptedCaches _caches = new();
    private readonly ScriptedContainers _containers = new();
    private WorkerConnection _connection = null!;
    private Task _serving = Task.CompletedTask;

    public WorkerConnectionTests()
    {
        _fromEngine = new AnonymousPipeClientStream(PipeDirection.In, _toWorker.ClientSafePipeHandle);
        _fromWorker = new AnonymousPipeClientStream(PipeDirection.In, _toEngine.ClientSafePipeHandle);
    }

    public ValueTask InitializeAsync()
    {
        _serving = new WorkerServer(new FrameChannel<Frame>(Frame.Parser, _fromEngine, _toEngine), _executor, _caches, _containers).ServeAsync(default);
        _connection = new WorkerConnection(new FrameChannel<Frame>(Frame.Parser, _fromWorker, _toWorker));
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _toWorker.DisposeAsync();
        await _serving;
        await _toEngine.DisposeAsync();
        await _connection.DisposeAsync();
        await _fromEngine.DisposeAsync();
        await _fromWorker.DisposeAsync();
    }

    [Fact]
    public async Task Greet_SameVersion_IsReady() => await _connection.GreetAsync(default);

    [Fact]
    public async Task Run_WhatAStepPrints_ArrivesWholeInOrderAndBeforeItsResult()
    {
        _executor.Runs = async (step, log, _) =>
        {
            for (var i = 0; i < 1000; i++) await log(1 + (i & 1), Encoding.ASCII.GetBytes($"{i}\n"));
            return Result(step);
        };
        var printed = new StringBuilder();
        var done = await _connection.RunAsync(Step("a"), l => printed.Append(l.Data.ToStringUtf8()), default);
        Assert.Equal(string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i}\n")), printed.ToString());
        Assert.Equal("a", done.Outputs[0].Layers[0].CreatedBy);
    }

    [Fact]
    public async Task Run_ManyAtOnce_EachHasItsOwnResult()
    {
        var gate = new TaskCompletionSource();
        _executor.Runs = async (step, log, _) =>
        {
            await log(1, Encoding.UTF8.GetBytes(step.Name));
            if (_executor.Started.Count == 50) gate.TrySetResult();
            await gate.Task;
            return Result(step);
        };
        var printed = new ConcurrentDictionary<string, string>();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i => (Name: $"{i}", Done: await _connection.RunAsync(Step($"{i}"), l => printed[$"{i}"] = l.Data.ToStringUtf8(), default))));
        Assert.All(results, r => Assert.Equal(r.Name, r.Done.Outputs[0].Layers[0].CreatedBy));
        Assert.All(printed, p => Assert.Equal(p.Key, p.Value));
    }

    [Fact]
    public async Task Call_ACache_IsAnsweredAndCancelledAsAStepIs()
    {
        var said = new StringBuilder();
        var done = await _connection.CallAsync(new Frame { ExportCache = new ExportCache { Cache = new CacheRecord { Id = "apt" } } }, l => said.Append(l.Data.ToStringUtf8()), default);
        Assert.Equal(("apt", "apt"), (said.ToString(), done.Outputs[0].Layers[0].CreatedBy));

        using var stop = new CancellationTokenSource();
        var import = _connection.CallAsync(new Frame { ImportCache = new ImportCache() }, _ => { }, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => import);
    }

    [Fact]
    public async Task Begin_AConversation_IsHeardOnBothSidesInOrderUntilItsEnd()
    {
        var heard = new List<string>();
        using var call = _connection.Begin(frame => heard.Add(frame.Bytes.Data.ToStringUtf8()));
        await call.SendAsync(new Frame { StartProcess = new StartProcess() }, default);
        for (var i = 0; i < 100; i++) await call.SendAsync(new Frame { Bytes = new Bytes { Data = ByteString.CopyFromUtf8($"{i}"), End = i == 99 } }, default);
        Assert.NotNull(await call.Result);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), heard);
        // What is late is nobody's.
        await call.SendAsync(new Frame { Resize = new Resize() }, default);
        Assert.Equal("a", (await _connection.RunAsync(Step("a"), _ => { }, default)).Outputs[0].Layers[0].CreatedBy);
    }

    [Fact]
    public async Task End_OfAConversation_WaitsUntilTheWorkerHasEndedIt()
    {
        var ready = new TaskCompletionSource();
        using var call = _connection.Begin(_ => ready.TrySetResult());
        await call.SendAsync(new Frame { OpenContainer = Step("a") }, default);
        await call.UntilAsync(ready.Task, default);
        await call.EndAsync();
        Assert.True(_containers.IsClosed);
        Assert.Null(await call.Result);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.UntilAsync(new TaskCompletionSource().Task, default));
    }

    [Fact]
    public async Task Run_StepThatFails_TellsWhatTheWorkerTold()
    {
        _executor.Runs = (_, _, _) => throw new WorkerException("MBK2001", ErrorKind.NotSupported, "Not here.");
        var error = await Assert.ThrowsAsync<WorkerException>(() => _connection.RunAsync(Step("a"), _ => { }, default));
        Assert.Equal(("MBK2001", ErrorKind.NotSupported, "Not here."), (error.Code, error.Kind, error.Message));
    }

    [Fact]
    public async Task Run_StepThatFailsInAWayItShouldNot_IsAnErrorWithACode()
    {
        _executor.Runs = (_, _, _) => throw new InvalidOperationException("oops");
        Assert.Equal("MBK2009", (await Assert.ThrowsAsync<WorkerException>(() => _connection.RunAsync(Step("a"), _ => { }, default))).Code);
    }

    [Fact]
    public async Task Run_Cancelled_EndsOnlyWhenTheStepHasEnded()
    {
        var ended = false;
        _executor.Runs = async (step, _, token) =>
        {
            await Task.Delay(Timeout.Infinite, token).ContinueWith(_ => { }, TaskScheduler.Default);
            await Task.Yield();
            ended = true;
            throw new OperationCanceledException(token);
        };
        using var stop = new CancellationTokenSource();
        var running = _connection.RunAsync(Step("a"), _ => { }, stop.Token);
        while (_executor.Started.IsEmpty) await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(ended);
    }

    [Fact]
    public async Task Run_OneCancelled_OthersGoOn()
    {
        var gate = new TaskCompletionSource();
        _executor.Runs = async (step, _, token) =>
        {
            await gate.Task.WaitAsync(token);
            return Result(step);
        };
        using var stop = new CancellationTokenSource();
        var one = _connection.RunAsync(Step("one"), _ => { }, stop.Token);
        var other = _connection.RunAsync(Step("other"), _ => { }, default);
        while (_executor.Started.Count < 2) await Task.Yield();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        gate.SetResult();
        Assert.Equal("other", (await other).Outputs[0].Layers[0].CreatedBy);
    }

    [Fact]
    public async Task Run_WorkerEnds_EveryCallFails()
    {
        _executor.Runs = (_, _, token) => Task.Delay(Timeout.Infinite, token).ContinueWith<Done>(_ => throw new OperationCanceledException(), TaskScheduler.Default);
        var calls = Enumerable.Range(0, 5).Select(i => _connection.RunAsync(Step($"{i}"), _ => { }, default)).ToList();
        while (_executor.Started.Count < 5) await Task.Yield();
        await _toEngine.DisposeAsync();
        foreach (var call in calls) Assert.Equal("MBK2006", (await Assert.ThrowsAsync<WorkerException>(() => call)).Code);
        Assert.Equal("MBK2006", (await Assert.ThrowsAsync<WorkerException>(() => _connection.RunAsync(Step("late"), _ => { }, default))).Code);
    }

    [Fact]
    public async Task Serve_EngineEnds_StepsAreCancelledAndAwaited()
    {
        var cancelled = 0;
        _executor.Runs = async (step, _, token) =>
        {
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            finally
            {
                Interlocked.Increment(ref cancelled);
            }
            return Result(step);
        };
        for (var i = 0; i < 3; i++) _ = _connection.RunAsync(Step($"{i}"), _ => { }, default).ContinueWith(t => t.Exception, TaskScheduler.Default);
        while (_executor.Started.Count < 3) await Task.Yield();
        await _toWorker.DisposeAsync();
        await _serving;
        Assert.Equal(3, cancelled);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ffffffff")]
    [InlineData("7fffffff")]
    [InlineData("00000001ff")]
    [InlineData("0000000a0801")]
    public async Task Read_NoFrame_IsRefused(string hex)
    {
        using var channel = new FrameChannel<Frame>(Frame.Parser, new MemoryStream(Convert.FromHexString(hex)), Stream.Null);
        if (hex.Length == 0) Assert.Null(await channel.ReadAsync(default));
        else await Assert.ThrowsAsync<InvalidDataException>(() => channel.ReadAsync(default));
    }

    private static RunStep Step(string name) => new() { Name = name };

    private static Done Result(RunStep step) => new() { Outputs = { new Output { Input = -1, Layers = { new LayerBlob { CreatedBy = step.Name } } } } };

    private sealed class ScriptedExecutor : IStepExecutor
    {
        public Func<RunStep, Func<int, ReadOnlyMemory<byte>, ValueTask>, CancellationToken, Task<Done>> Runs { get; set; } = (step, _, _) => Task.FromResult(Result(step));

        public ConcurrentQueue<string> Started { get; } = [];

        public Task<Done> RunAsync(RunStep step, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
        {
            Started.Enqueue(step.Name);
            return Runs(step, log, cancellationToken);
        }

        public Task<Done> UnpackAsync(UnpackLayers call, CancellationToken cancellationToken) => Task.FromResult(new Done());
    }

    private sealed class ScriptedCaches : ICacheExecutor
    {
        public async Task<Done> ExportAsync(ExportCache call, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
        {
            await log(2, Encoding.UTF8.GetBytes(call.Cache.Id));
            return new Done { Outputs = { new Output { Input = -1, Layers = { new LayerBlob { CreatedBy = call.Cache.Id } } } } };
        }

        public async Task<Done> ImportAsync(ImportCache call, Func<int, ReadOnlyMemory<byte>, ValueTask> log, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new Done();
        }

        public Task<Done> RemoveAsync(RemoveCaches call, CancellationToken cancellationToken) => Task.FromResult(new Done());
    }

    private sealed class ScriptedContainers : IContainerExecutor
    {
        public bool IsClosed { get; private set; }

        public async Task<Done> OpenAsync(RunStep description, Conversation conversation, CancellationToken cancellationToken)
        {
            try
            {
                await conversation.SayAsync(new Frame { Ready = new Ready() });
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return new Done();
            }
            finally
            {
                IsClosed = true;
            }
        }

        public async Task<Done> StartAsync(StartProcess process, Conversation conversation, CancellationToken cancellationToken)
        {
            await foreach (var frame in conversation.HearAsync(cancellationToken))
            {
                await conversation.SayAsync(new Frame { Bytes = frame.Bytes });
                if (frame.Bytes.End) return new Done();
            }
            throw new InvalidOperationException("The conversation ended without its end.");
        }

        public Task<Done> ReadAsync(ReadFiles call, CancellationToken cancellationToken) => Task.FromResult(new Done());
    }
}
