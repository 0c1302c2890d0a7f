using Google.Protobuf;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>A process in a <see cref="StepContainer"/>.</summary>
/// <remarks>What it writes is held back when nobody reads it, and so is the process: streams that do not matter are to be disposed. Disposing it
/// kills it.</remarks>
public sealed class ContainerProcess : IAsyncDisposable
{
    private readonly WorkerCall _call;
    private readonly bool _hasTerminal;
    private readonly WindowedWriter _input;
    private readonly WindowedReader _output, _error;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<int> _exitCode = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _watching;

    private ContainerProcess(WorkerConnection connection, bool hasTerminal)
    {
        _hasTerminal = hasTerminal;
        _call = connection.Begin(Hear);
        _input = new WindowedWriter(b => _call.SendAsync(new Frame { Bytes = new Bytes { Data = UnsafeByteOperations.UnsafeWrap(b), End = b.IsEmpty } }, CancellationToken.None));
        _output = new WindowedReader(bytes => Give(1, bytes));
        _error = new WindowedReader(bytes => Give(2, bytes));
        _watching = WatchAsync();
    }

    /// <summary>What it reads. Disposing it is the end of its input; a terminal has none. Writing throws <see cref="IOException"/> when it reads no more.</summary>
    public Stream Input => _input;

    /// <summary>What it writes, or what its terminal shows. Reading throws <see cref="IOException"/> when it was killed before all had come.</summary>
    public Stream Output => _output;

    /// <summary>What it writes to its errors; nothing when it has a terminal.</summary>
    public Stream Error => _error;

    /// <summary>How it ended: more than 128 stands for a signal. Throws <see cref="WorkerException"/> when its container was closed, and
    /// <see cref="OperationCanceledException"/> when it was killed by disposing it. What it wrote may still be there to be read.</summary>
    public Task<int> ExitCode => _exitCode.Task;

    /// <summary>The most bytes of what it wrote that were held here at a time, of one stream.</summary>
    internal int MostHeld => Math.Max(_output.MostHeld, _error.MostHeld);

    /// <summary>Starts it; answers when it runs.</summary>
    internal static async Task<ContainerProcess> StartAsync(WorkerConnection connection, StartProcess start, CancellationToken cancellationToken)
    {
        var process = new ContainerProcess(connection, start.Terminal);
        try
        {
            await process._call.SendAsync(new Frame { StartProcess = start }, cancellationToken).ConfigureAwait(false);
            await process._call.UntilAsync(process._ready.Task, cancellationToken).ConfigureAwait(false);
            return process;
        }
        catch
        {
            await process.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Tells it that its terminal has another size; nothing happens when it has none.</summary>
    public Task ResizeAsync(TerminalSize size, CancellationToken cancellationToken) =>
        _hasTerminal ? TellAsync(new Frame { Resize = new Resize { Rows = size.Rows, Columns = size.Columns } }, cancellationToken) : Task.CompletedTask;

    /// <summary>Sends it a signal; nothing happens when it has ended. The first process of a container gets only those that it handles, and <c>SIGKILL</c>.
    /// Throws MBK2062 for a name that is none.</summary>
    /// <param name="name">Such as <c>SIGTERM</c> or <c>TERM</c>, or a number.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    public Task SignalAsync(string name, CancellationToken cancellationToken) =>
        TellAsync(new Frame { Signal = new Signal { Number = SignalName.Parse(name) } }, cancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _call.EndAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _call.Dispose();
    }

    private Task TellAsync(Frame frame, CancellationToken cancellationToken) => _call.Result.IsCompleted ? Task.CompletedTask : _call.SendAsync(frame, cancellationToken);

    private void Hear(Frame frame)
    {
        switch (frame.BodyCase)
        {
            case Frame.BodyOneofCase.Ready: _ready.TrySetResult(); break;
            case Frame.BodyOneofCase.Exited: _exitCode.TrySetResult(frame.Exited.Code); break;
            case Frame.BodyOneofCase.Room when frame.Room.Closed: _input.Break(); break;
            case Frame.BodyOneofCase.Room: _input.Give(frame.Room.Bytes); break;
            case Frame.BodyOneofCase.Bytes:
                var stream = frame.Bytes.Stream == 1 ? _output : _error;
                stream.Take(frame.Bytes.Data.Memory);
                if (frame.Bytes.End) stream.End();
                break;
        }
    }

    // The worker may be gone, and then there is nobody to be told.
    private void Give(int stream, int bytes) => _ = ((Task)TellAsync(new Frame { Room = new Room { Stream = stream, Bytes = bytes } }, CancellationToken.None)).ContinueWith(t => _ = t.Exception, TaskScheduler.Default);

    private async Task WatchAsync()
    {
        Exception? fault = null;
        try
        {
            if (await _call.Result.ConfigureAwait(false) is null) fault = new OperationCanceledException("The process was killed.");
        }
        catch (WorkerException e)
        {
            fault = e;
        }
        _input.Break();
        _output.End(fault);
        _error.End(fault);
        if (fault is OperationCanceledException) _exitCode.TrySetCanceled();
        else if (fault is not null && _exitCode.TrySetException(fault)) _ = _exitCode.Task.Exception;
    }
}
