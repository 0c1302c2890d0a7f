using Google.Protobuf;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>Trees that stay mounted in the worker, and processes in one sandbox on them, until it is disposed.</summary>
/// <remarks>The first process that is started makes the sandbox, and the others end with it; none can be started after its end, and files can be looked
/// at still. What is written to the trees is seen by later processes and is gone at the end, but for caches. <see cref="ContainerWorker"/> opens them.</remarks>
public sealed class StepContainer : IAsyncDisposable
{
    private const int Portion = 1 << 20;

    private readonly WorkerConnection _connection;
    private readonly WorkerCall _call;
    private readonly LentSecrets _lent;
    private readonly Func<ExecOp, CancellationToken, Task<LentSecrets>> _lend;

    private StepContainer(WorkerConnection connection, WorkerCall call, LentSecrets lent, Func<ExecOp, CancellationToken, Task<LentSecrets>> lend) =>
        (_connection, _call, _lent, _lend) = (connection, call, lent, lend);

    /// <summary>Opens one; what it was lent goes with it.</summary>
    internal static async Task<StepContainer> OpenAsync(
        WorkerConnection connection, RunStep description, LentSecrets lent, Func<ExecOp, CancellationToken, Task<LentSecrets>> lend, CancellationToken cancellationToken)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = connection.Begin(frame =>
        {
            if (frame.BodyCase == Frame.BodyOneofCase.Ready) ready.TrySetResult();
        });
        var container = new StepContainer(connection, call, lent, lend);
        try
        {
            await call.SendAsync(new Frame { OpenContainer = description }, cancellationToken).ConfigureAwait(false);
            await call.UntilAsync(ready.Task, cancellationToken).ConfigureAwait(false);
            return container;
        }
        catch
        {
            // Who opens it keeps what was lent until then.
            await call.EndAsync().ConfigureAwait(false);
            call.Dispose();
            throw;
        }
    }

    /// <summary>Starts a process; answers when it runs. Throws <see cref="WorkerException"/>: MBK2060 when the container has ended, others when the process
    /// could not be started.</summary>
    public async Task<ContainerProcess> StartAsync(ProcessDescription process, CancellationToken cancellationToken)
    {
        var exec = new ExecOp { Meta = process.Meta, Security = process.Security, Secretenv = { process.SecretEnvironment } };
        using var lent = await _lend(exec, cancellationToken).ConfigureAwait(false);
        var start = new StartProcess
        {
            Container = _call.Number, Exec = exec.ToByteString(), Secrets = { lent.Secrets }, Input = process.HasInput,
            Terminal = process.HasTerminal, Rows = process.TerminalSize.Rows, Columns = process.TerminalSize.Columns,
        };
        return await ContainerProcess.StartAsync(_connection, start, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a path leads to. Links end inside of the mount. Throws MBK2061.</summary>
    /// <param name="mount">The mount's number, from 0.</param>
    /// <param name="path">From the mount's root, whatever the mount selects of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ContainerFile> StatAsync(int mount, string path, CancellationToken cancellationToken) =>
        FromWire((await AskAsync(new ReadFiles { Mount = mount, Path = path }, cancellationToken).ConfigureAwait(false)).Files[0]);

    /// <summary>What is in a directory, by name. Throws MBK2061.</summary>
    /// <param name="mount">The mount's number, from 0.</param>
    /// <param name="path">From the mount's root.</param>
    /// <param name="pattern">Of names, as in an ignore file; empty for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<ContainerFile>> ReadDirectoryAsync(int mount, string path, string pattern, CancellationToken cancellationToken) =>
        [.. (await AskAsync(new ReadFiles { Mount = mount, Path = path, Pattern = pattern, What = ReadFiles.Types.What.Folder }, cancellationToken).ConfigureAwait(false)).Files.Select(FromWire)];

    /// <summary>What is in a file. Throws MBK2061.</summary>
    /// <param name="mount">The mount's number, from 0.</param>
    /// <param name="path">From the mount's root.</param>
    /// <param name="offset">Where to begin; beyond its end is nothing.</param>
    /// <param name="length">The most to read; <c>null</c> for all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<byte[]> ReadFileAsync(int mount, string path, long offset, long? length, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var left = length ?? long.MaxValue;
        for (var read = Portion; read == Portion && left > 0; left -= read)
        {
            var ask = new ReadFiles { Mount = mount, Path = path, What = ReadFiles.Types.What.Content, Offset = offset + content.Length, Length = (int)Math.Min(left, Portion) };
            var piece = (await AskAsync(ask, cancellationToken).ConfigureAwait(false)).Content;
            piece.WriteTo(content);
            read = piece.Length;
        }
        return content.ToArray();
    }

    /// <summary>Ends its processes and unmounts it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _call.EndAsync().ConfigureAwait(false);
        _call.Dispose();
        _lent.Dispose();
    }

    private Task<Done> AskAsync(ReadFiles ask, CancellationToken cancellationToken)
    {
        ask.Container = _call.Number;
        return _connection.CallAsync(new Frame { ReadFiles = ask }, _ => { }, cancellationToken);
    }

    private static ContainerFile FromWire(FileEntry entry) => new(
        entry.Name, entry.Mode, entry.Uid, entry.Gid, entry.Size, (entry.ModifiedSeconds, entry.ModifiedNanoseconds), entry.Link, entry.NodeMajor, entry.NodeMinor,
        entry.Attributes.ToDictionary(a => a.Key, a => a.Value.ToByteArray()));
}
