using System.Buffers;
using System.IO.Pipes;
using System.Runtime.Versioning;
using Google.Protobuf;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>One process of a container on the worker's side: what the engine sends goes to its input, what it writes goes to the engine, each as far
/// as the other has room for it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class HostedProcess(OciRuntime runtime, StartProcess start, Conversation conversation, string log, TimeProvider time)
{
    private const int Input = 0, Output = 1, Error = 2, BufferSize = 1 << 16;

    private readonly WindowedWriter[] _written = [.. new[] { Output, Error }.Select(s => new WindowedWriter(b => conversation.SayAsync(new Frame { Bytes = new Bytes { Stream = s, Data = UnsafeByteOperations.UnsafeWrap(b), End = b.IsEmpty } })))];
    private readonly WindowedReader _sent = new(bytes => _ = conversation.SayAsync(new Frame { Room = new Room { Stream = Input, Bytes = bytes } }));

    /// <summary>Runs it to the end of what it writes.</summary>
    /// <param name="command">The runtime's arguments, by where it is to write the process's number.</param>
    /// <param name="id">The sandbox that ends with it; <c>null</c> for one that stays.</param>
    /// <param name="started">Is called when it runs.</param>
    /// <param name="ended">Is called when it has ended.</param>
    /// <param name="cancellationToken">Kills it.</param>
    public async Task<Done> RunAsync(Func<string, IReadOnlyList<string>> command, string? id, Action started, Action ended, CancellationToken cancellationToken)
    {
        using var terminal = MakeTerminal();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pidFile = log + ".pid";
        var step = new StepProcess(runtime, StartRuntime(command(pidFile), terminal), id, time);
        var carried = new List<Task>();
        await using (step.ConfigureAwait(false))
        {
            try
            {
                carried.AddRange(HearAsync(step, terminal, stop.Token), FeedAsync(terminal?.OpenKeys() ?? step.TakeInput(), stop.Token));
                var shown = ShowAsync(step, terminal, stop.Token);
                carried.Add(shown);
                await step.WaitUntilRunningAsync(pidFile, cancellationToken).ConfigureAwait(false);
                if (step.HasEnded) await CheckAsync(step).ConfigureAwait(false);
                started();
                await conversation.SayAsync(new Frame { Ready = new Ready() }).ConfigureAwait(false);
                var code = await step.WaitAsync(cancellationToken).ConfigureAwait(false);
                ended();
                terminal?.Release();
                await conversation.SayAsync(new Frame { Exited = new Exited { Code = code } }).ConfigureAwait(false);
                await shown.WaitAsync(cancellationToken).ConfigureAwait(false);
                return new Done();
            }
            finally
            {
                await step.KillAsync().ConfigureAwait(false);
                await stop.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(carried).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private PseudoTerminal? MakeTerminal()
    {
        try
        {
            return start.Terminal ? new PseudoTerminal(new TerminalSize(start.Rows, start.Columns)) : null;
        }
        catch (IOException e)
        {
            throw ContainerErrors.NoTerminal(e);
        }
    }

    private System.Diagnostics.Process StartRuntime(IReadOnlyList<string> command, PseudoTerminal? terminal)
    {
        if (terminal is not null) return QuietProgram.StartOn(terminal.Path, runtime.Path, command);
        return start.Input ? QuietProgram.StartPiped(runtime.Path, command) : QuietProgram.Start(runtime.Path, command);
    }

    // A runtime that could not start it says why.
    private async Task CheckAsync(StepProcess step)
    {
        var code = await step.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        if (code != 0 && OciRuntime.Complaint(log) is { } complaint) throw StepErrors.Runtime(runtime.Path, complaint);
    }

    private async Task HearAsync(StepProcess step, PseudoTerminal? terminal, CancellationToken cancellationToken)
    {
        await foreach (var frame in conversation.HearAsync(cancellationToken).ConfigureAwait(false))
            switch (frame.BodyCase)
            {
                case Frame.BodyOneofCase.Bytes:
                    _sent.Take(frame.Bytes.Data.Memory);
                    if (frame.Bytes.End) _sent.End();
                    break;
                case Frame.BodyOneofCase.Room when frame.Room.Stream is Output or Error:
                    _written[frame.Room.Stream - Output].Give(frame.Room.Bytes);
                    break;
                case Frame.BodyOneofCase.Resize:
                    var size = new TerminalSize(frame.Resize.Rows, frame.Resize.Columns);
                    terminal?.Resize(size);
                    if (terminal is not null) step.Resize(size);
                    break;
                case Frame.BodyOneofCase.Signal:
                    step.Signal(frame.Signal.Number);
                    break;
            }
    }

    private async Task FeedAsync(Stream? input, CancellationToken cancellationToken)
    {
        if (input is null) return;
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            // What is typed on a terminal has no end: closing it would hang up.
            for (int read; (read = await _sent.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                await input.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It reads no more.
            await _sent.DisposeAsync().ConfigureAwait(false);
            await conversation.SayAsync(new Frame { Room = new Room { Stream = Input, Closed = true } }).ConfigureAwait(false);
        }
        finally
        {
            await input.DisposeAsync().ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private Task ShowAsync(StepProcess step, PseudoTerminal? terminal, CancellationToken cancellationToken) => terminal is null
        ? Task.WhenAll(CarryAsync(new DescriptorStream(((PipeStream)step.Output).SafePipeHandle), _written[0], cancellationToken), CarryAsync(new DescriptorStream(((PipeStream)step.Error).SafePipeHandle), _written[1], cancellationToken))
        : Task.WhenAll(CarryAsync(terminal.OpenScreen(), _written[0], cancellationToken), _written[1].DisposeAsync().AsTask());

    private static async Task CarryAsync(Stream from, WindowedWriter to, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; (read = await from.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
            await to.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            await from.DisposeAsync().ConfigureAwait(false);
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }
}
