using System.ComponentModel;
using System.Diagnostics;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Has graphs solved by builders elsewhere, through a process that can speak to them: what hosts the engine has no gRPC.</summary>
/// <remarks>It is started when it is first needed, and ends with the build, however that ends: its input closes.</remarks>
/// <param name="program">How it is started.</param>
/// <param name="builders">Which builders.</param>
public sealed class RemoteSolverProcess(SolverProgram program, Builders builders) : IRemoteSolver, IAsyncDisposable
{
    private const int MostSaid = 1 << 12;

    // With what a cancelled call waits this is less than the two seconds that a user does.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private string _said = "";
    private Task<(Process Process, RemoteSolverConnection Connection)>? _started;

    /// <summary>Starts the process if it does not run yet. Calling this early hides what the start takes; a failure shows at the first graph.</summary>
    public void Prepare() => _ = StartedAsync();

    /// <inheritdoc />
    public async Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var (_, connection) = await StartedAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return await connection.SolveAsync(graph, progress, cancellationToken).ConfigureAwait(false);
    }

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
                await EndAsync(process, connection).ConfigureAwait(false);
            }
        }
        _closing.Dispose();
    }

    private Task<(Process Process, RemoteSolverConnection Connection)> StartedAsync()
    {
        lock (_gate) return _started ??= Task.Run(StartAsync);
    }

    private async Task<(Process Process, RemoteSolverConnection Connection)> StartAsync()
    {
        var process = Start();
        var connection = new RemoteSolverConnection(new FrameChannel<Frame>(Frame.Parser, process.StandardOutput.BaseStream, process.StandardInput.BaseStream));
        try
        {
            await connection.OpenAsync(builders, _closing.Token).ConfigureAwait(false);
            return (process, connection);
        }
        catch (Exception e)
        {
            await EndAsync(process, connection).ConfigureAwait(false);
            if (e is not WorkerException { Code: WorkerException.SolverEnded }) throw;
            // All that it says has come by now.
            lock (_gate) throw RemoteErrors.NotStarted(_said.Trim(), e);
        }
    }

    private Process Start()
    {
        var (host, assembly) = program;
        if (!Path.IsPathFullyQualified(host)) throw new InvalidOperationException($"'{host}' is no full path.");
        if (!File.Exists(assembly)) throw RemoteErrors.NotThere(assembly);
        var start = new ProcessStartInfo(host, [assembly, SolverProgram.CommandName]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        // Nobody attaches a debugger to it, and preparing for one takes time and leaves a socket.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        try
        {
            var process = Process.Start(start)!;
            process.ErrorDataReceived += (_, e) => Hear(e.Data);
            process.BeginErrorReadLine();
            return process;
        }
        catch (Win32Exception e)
        {
            throw RemoteErrors.NotStarted(e.Message, e);
        }
    }

    private void Hear(string? line)
    {
        lock (_gate)
            if (line is not null && _said.Length < MostSaid) _said += line + " ";
    }

    private static async Task EndAsync(Process process, RemoteSolverConnection connection)
    {
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            process.StandardInput.Close();
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        await connection.DisposeAsync().ConfigureAwait(false);
        process.Dispose();
    }
}
