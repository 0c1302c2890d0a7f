using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Containers;

/// <summary>One ExecProcess call: processes that are started, written to and told to end, by the ids that the caller gave them.</summary>
/// <param name="bridge">The build.</param>
/// <param name="received">What the caller says.</param>
/// <param name="sent">What it is told.</param>
internal sealed class ExecCall(BuildBridge bridge, IAsyncStreamReader<ExecMessage> received, IServerStreamWriter<ExecMessage> sent)
{
    // What clients know of a process whose container they released.
    private static readonly Google.Rpc.Status s_released = new() { Code = (int)StatusCode.Cancelled, Message = "context canceled" };

    private readonly Channel<ExecMessage> _sending = Channel.CreateBounded<ExecMessage>(16);
    private readonly ConcurrentDictionary<string, ExecProcess> _processes = new(StringComparer.Ordinal);

    /// <summary>Goes on until the caller says no more and every process has ended; processes that are left when the call is broken off are killed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, bridge.Ended);
        var sending = SendAsync(stop);
        try
        {
            while (await received.MoveNext(stop.Token).ConfigureAwait(false)) await TakeAsync(received.Current, stop.Token).ConfigureAwait(false);
            await Task.WhenAll(_processes.Values.Select(p => p.Running)).WaitAsync(stop.Token).ConfigureAwait(false);
            _sending.Writer.Complete();
            await sending.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var process in _processes.Values) await process.DisposeAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Who calls is written to from one place.
    private async Task SendAsync(CancellationTokenSource stop)
    {
        try
        {
            await foreach (var message in _sending.Reader.ReadAllAsync(stop.Token).ConfigureAwait(false)) await sent.WriteAsync(message, stop.Token).ConfigureAwait(false);
        }
        catch
        {
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task TakeAsync(ExecMessage message, CancellationToken cancellationToken)
    {
        var id = message.ProcessID;
        if (id.Length == 0) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "ProcessID required");
        if (message.InputCase == ExecMessage.InputOneofCase.Init)
        {
            await StartAsync(id, message.Init, cancellationToken).ConfigureAwait(false);
            return;
        }
        if (!_processes.TryGetValue(id, out var process)) throw new DaemonException(DaemonException.NoContainer, ErrorKind.NotFound, $"IO for process \"{id}\" not found");
        switch (message.InputCase)
        {
            case ExecMessage.InputOneofCase.File: await process.WriteAsync(message.File, cancellationToken).ConfigureAwait(false); break;
            case ExecMessage.InputOneofCase.Resize: await process.Process.ResizeAsync(new TerminalSize((int)message.Resize.Rows, (int)message.Resize.Cols), cancellationToken).ConfigureAwait(false); break;
            case ExecMessage.InputOneofCase.Signal: await process.Process.SignalAsync(message.Signal.Name, cancellationToken).ConfigureAwait(false); break;
        }
    }

    private async Task StartAsync(string id, InitMessage init, CancellationToken cancellationToken)
    {
        if (_processes.ContainsKey(id)) throw new DaemonException(DaemonException.ContainerTaken, ErrorKind.AlreadyExists, $"Process {id} already exists");
        var container = bridge.Containers.Find(init.ContainerID);
        ContainerProcess process;
        try
        {
            bridge.Containers.Admit(init.ContainerID);
            bridge.Admit(init.Security);
            process = await container.StartAsync(
                new ProcessDescription { Meta = SearchedFolders.Complete(init.Meta, bridge.Containers.SystemOf(init.ContainerID)), SecretEnvironment = [.. init.Secretenv], Security = init.Security, HasTerminal = init.Tty, HasInput = init.Fds.Contains(0u) },
                cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            await RefuseAsync(id, Describe(init, e), cancellationToken).ConfigureAwait(false);
            return;
        }
        bridge.Containers.Add(init.ContainerID, process);
        await _sending.Writer.WriteAsync(new ExecMessage { ProcessID = id, Started = new StartedMessage() }, cancellationToken).ConfigureAwait(false);
        _processes[id] = new ExecProcess(id, process, init.Fds, e => Describe(init, e), _sending.Writer, cancellationToken);
    }

    private Google.Rpc.Status Describe(InitMessage init, BuildException error)
    {
        if (!bridge.Containers.Has(init.ContainerID)) return s_released;
        var described = ErrorDetails.Describe(error);
        described.Message = $"process \"{string.Join(' ', init.Meta?.Args ?? [])}\" did not complete successfully: {described.Message}";
        return described;
    }

    // Clients wait for a process to have started whatever happens, and only then hear how it ended.
    private async Task RefuseAsync(string id, Google.Rpc.Status error, CancellationToken cancellationToken)
    {
        await _sending.Writer.WriteAsync(new ExecMessage { ProcessID = id, Started = new StartedMessage() }, cancellationToken).ConfigureAwait(false);
        await _sending.Writer.WriteAsync(new ExecMessage { ProcessID = id, Exit = new ExitMessage { Code = ExecProcess.UnknownStatus, Error = error } }, cancellationToken).ConfigureAwait(false);
        await _sending.Writer.WriteAsync(new ExecMessage { ProcessID = id, Done = new DoneMessage() }, cancellationToken).ConfigureAwait(false);
    }
}
