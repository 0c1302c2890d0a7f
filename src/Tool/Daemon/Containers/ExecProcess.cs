using System.Threading.Channels;
using Google.Protobuf;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless.Containers;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Protocol.Gateway;

namespace MsBuildKit.Tool.Daemon.Containers;

/// <summary>A process of an <see cref="ExecCall"/>: what it writes goes to the caller, and how it ended.</summary>
internal sealed class ExecProcess : IAsyncDisposable
{
    private const int Piece = 1 << 15;
    internal const uint UnknownStatus = 255;

    private readonly string _id;
    private readonly Func<BuildException, Google.Rpc.Status> _describe;
    private readonly ChannelWriter<ExecMessage> _sending;
    private readonly CancellationToken _stop;

    /// <param name="id">What the caller calls it.</param>
    /// <param name="process">It runs.</param>
    /// <param name="wanted">The numbers of the streams that the caller has ends of.</param>
    /// <param name="describe">Says why it did not end by itself.</param>
    /// <param name="sending">What goes to the caller.</param>
    /// <param name="stop">Nobody listens any more.</param>
    public ExecProcess(string id, ContainerProcess process, IEnumerable<uint> wanted, Func<BuildException, Google.Rpc.Status> describe, ChannelWriter<ExecMessage> sending, CancellationToken stop)
    {
        (_id, Process, _describe, _sending, _stop) = (id, process, describe, sending, stop);
        var numbers = wanted.ToHashSet();
        Running = RunAsync(Pump(1, process.Output, numbers.Contains(1)), Pump(2, process.Error, numbers.Contains(2)));
    }

    public ContainerProcess Process { get; }

    /// <summary>Ends when the caller knows everything.</summary>
    public Task Running { get; }

    /// <summary>Gives it input, or the end of it.</summary>
    public async Task WriteAsync(FdMessage message, CancellationToken cancellationToken)
    {
        try
        {
            if (message.Data.Length > 0) await Process.Input.WriteAsync(message.Data.Memory, cancellationToken).ConfigureAwait(false);
            if (message.EOF) await Process.Input.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It reads no more; how it ended is told.
        }
    }

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    private async Task RunAsync(params Task[] pumps)
    {
        var exit = await ExitAsync().ConfigureAwait(false);
        await Task.WhenAll(pumps).ConfigureAwait(false);
        await TellAsync(new ExecMessage { Exit = exit }).ConfigureAwait(false);
        await TellAsync(new ExecMessage { Done = new DoneMessage() }).ConfigureAwait(false);
    }

    private async Task<ExitMessage> ExitAsync()
    {
        try
        {
            var code = await Process.ExitCode.WaitAsync(_stop).ConfigureAwait(false);
            return code == 0 ? new ExitMessage() : new ExitMessage { Code = (uint)code, Error = ErrorDetails.OfExit(code) };
        }
        catch (BuildException e)
        {
            return new ExitMessage { Code = UnknownStatus, Error = _describe(e) };
        }
    }

    private async Task Pump(uint number, Stream stream, bool isWanted)
    {
        var buffer = new byte[Piece];
        try
        {
            while (await stream.ReadAsync(buffer, _stop).ConfigureAwait(false) is > 0 and var read)
                if (isWanted)
                    await TellAsync(new ExecMessage { File = new FdMessage { Fd = number, Data = ByteString.CopyFrom(buffer.AsSpan(0, read)) } }).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // It was killed; that is told as its end.
        }
        if (isWanted) await TellAsync(new ExecMessage { File = new FdMessage { Fd = number, EOF = true } }).ConfigureAwait(false);
    }

    private async Task TellAsync(ExecMessage message)
    {
        message.ProcessID = _id;
        await _sending.WriteAsync(message, _stop).ConfigureAwait(false);
    }
}
