using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The one worker process of a build, started when it is first needed.</summary>
/// <remarks>It ends with the build, however that ends: its input closes.</remarks>
/// <param name="find">How it is started; asked once, and only when it is needed.</param>
/// <param name="store">The store that both share.</param>
/// <param name="grants">What its steps may ask for.</param>
public sealed class RootlessWorker(Func<WorkerProgram> find, string store, StepGrants grants) : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private readonly Lazy<WorkerProgram> _program = new(find);
    private Task<(NamespaceProcess Process, WorkerConnection Connection)>? _started;

    /// <summary>Whether it is no more use: it did not start, or its process has ended.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate) return _started is { IsCompleted: true } started && (!started.IsCompletedSuccessfully || started.Result.Connection.HasEnded);
        }
    }

    /// <summary>The absolute path of a program of this machine, or <c>null</c>.</summary>
    public string? FindProgram(string name) => _program.Value.Find(name);

    /// <summary>Starts the process if it does not run yet. Calling this before the first step hides what the start takes; a failure shows at
    /// the first step.</summary>
    public void Prepare() => _ = StartedAsync();

    /// <summary>Runs a step in it. Throws <see cref="WorkerException"/>.</summary>
    public Task<Done> RunAsync(RunStep step, Action<Log> log, CancellationToken cancellationToken) => CallAsync(new Frame { RunStep = step }, log, cancellationToken);

    /// <summary>Has it unpack layers while they come. Throws <see cref="WorkerException"/>.</summary>
    public Task UnpackAsync(UnpackLayers layers, CancellationToken cancellationToken) => CallAsync(new Frame { UnpackLayers = layers }, _ => { }, cancellationToken);

    /// <summary>Has it do what a frame asks for. Throws <see cref="WorkerException"/>.</summary>
    public async Task<Done> CallAsync(Frame frame, Action<Log> log, CancellationToken cancellationToken)
    {
        var connection = await ConnectAsync(cancellationToken).ConfigureAwait(false);
        return await connection.CallAsync(frame, log, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The connection to it, once it runs. Throws <see cref="WorkerException"/>.</summary>
    internal async Task<WorkerConnection> ConnectAsync(CancellationToken cancellationToken) => (await StartedAsync().WaitAsync(cancellationToken).ConfigureAwait(false)).Connection;

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_started is { } started)
        {
            await ((Task)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (started.IsCompletedSuccessfully)
            {
                var (process, connection) = await started.ConfigureAwait(false);
                // The end of its input is what ends it.
                await process.DisposeAsync().ConfigureAwait(false);
                await connection.DisposeAsync().ConfigureAwait(false);
            }
        }
        _closing.Dispose();
    }

    private Task<(NamespaceProcess Process, WorkerConnection Connection)> StartedAsync()
    {
        lock (_gate) return _started ??= Task.Run(StartAsync);
    }

    private async Task<(NamespaceProcess Process, WorkerConnection Connection)> StartAsync()
    {
        if (!OperatingSystem.IsLinux())
            throw new WorkerException(WorkerException.NoNamespaces, ErrorKind.NotSupported,
                "Steps run in Linux namespaces, which this system does not have. Build in WSL, in a Linux virtual machine or on a Linux machine; builds without steps to run work here.");
        var program = _program.Value;
        var process = await NamespaceProcess.StartAsync(program, WorkerArguments.Of(program, store, grants).ToList(), _closing.Token).ConfigureAwait(false);
        var connection = new WorkerConnection(new FrameChannel<Frame>(Frame.Parser, process.Output, process.Input));
        try
        {
            await connection.GreetAsync(_closing.Token).ConfigureAwait(false);
            return (process, connection);
        }
        catch (Exception e)
        {
            await process.DisposeAsync().ConfigureAwait(false);
            await connection.DisposeAsync().ConfigureAwait(false);
            if (e is WorkerException { Code: WorkerException.WorkerEnded })
                throw new WorkerException(WorkerException.NoNamespaces, ErrorKind.FailedPrecondition,
                    $"The worker process does not start: {(process.Errors.Length > 0 ? process.Errors.TrimEnd('.') : "it says nothing")}. Check that .NET runs for this user, and run 'msbuildkit doctor'.", e);
            throw;
        }
    }
}
