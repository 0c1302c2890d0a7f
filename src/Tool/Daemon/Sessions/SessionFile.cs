using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Protocol.FileSync;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>A file that the client writes, such as the archive of an image.</summary>
/// <remarks>A write returns when the client's side can take more. <see cref="CompleteAsync"/> ends the file and waits until the client has written it; disposed
/// before that, it is broken off, and the client knows. A client that has such a file already may not want it: what is written is then dropped.</remarks>
internal sealed class SessionFile : ConnectionStream
{
    public const string Method = "/moby.filesync.v1.FileSend/DiffCopy";

    /// <summary>Which of its exporters a client is to take a file, or files, for.</summary>
    public const string ExporterKey = "buildkit-attachable-exporter-id";

    private const string MetadataPrefix = "exporter-md-";

    // Small writes go together; BuildKit's messages have at most three times of this.
    private const int Largest = 1 << 20;

    private readonly AsyncDuplexStreamingCall<BytesMessage, BytesMessage> _call;
    private readonly byte[] _buffer = new byte[Largest];
    private readonly Task _answer;
    private int _count;

    private SessionFile(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call)
    {
        _call = call;
        // A client may end the call while it is written to, and who waits for room would wait for ever.
        _answer = HearAsync();
    }

    public override bool CanRead => false;

    /// <summary>The client has it already.</summary>
    public bool IsSkipped { get; private set; }

    /// <summary>Begins a file. Throws MBK2531 when the client takes none.</summary>
    /// <param name="client">Writes it.</param>
    /// <param name="exporter">The exporter's id, as the client gave it; empty for a client that gave none.</param>
    /// <param name="metadata">What exporters say of it, by BuildKit's keys.</param>
    public static SessionFile Open(ClientSession client, string exporter, IReadOnlyDictionary<string, string> metadata)
    {
        if (!client.Serves(Method)) throw SessionErrors.NotServed(Method);
        var headers = new Metadata { { ExporterKey, exporter.Length > 0 ? exporter : "0" } };
        foreach (var (key, value) in metadata)
            if (IsHeader(key, value)) headers.Add(MetadataPrefix + key.ToLowerInvariant(), value);
        return new SessionFile(new FileSend.FileSendClient(client.Channel).DiffCopy(headers, cancellationToken: client.Closed));
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var fits = Math.Min(buffer.Length, Largest - _count);
            buffer[..fits].CopyTo(_buffer.AsMemory(_count));
            _count += fits;
            buffer = buffer[fits..];
            if (_count == Largest) await SendAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the file, and waits until the client has it. Throws MBK2530 when that fails.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await SendAsync(cancellationToken).ConfigureAwait(false);
        if (IsSkipped) return;
        if (!_answer.IsCompleted) await _call.RequestStream.CompleteAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await JudgeAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _call.Dispose();
            _ = _answer.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        }
        base.Dispose(disposing);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var count = _count;
        _count = 0;
        if (count == 0 || IsSkipped) return;
        // The message is written out before this ends.
        var writing = _call.RequestStream.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(_buffer.AsMemory(0, count)) }, cancellationToken);
        await Task.WhenAny(writing, _answer).ConfigureAwait(false);
        if (writing.IsCompletedSuccessfully) return;
        _ = writing.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        // The client ended the call, and how is what the answer says.
        await JudgeAsync(cancellationToken).ConfigureAwait(false);
        if (!IsSkipped) throw SessionErrors.Failed(new RpcException(new Status(StatusCode.Aborted, "it ended before all was sent")), "write the file");
    }

    private async Task HearAsync()
    {
        while (await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false))
        {
        }
    }

    private async Task JudgeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            IsSkipped = true;
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, "write the file");
        }
    }

    private static bool IsHeader(string key, string value) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && !key.EndsWith("-bin", StringComparison.OrdinalIgnoreCase) && value.All(c => c is >= ' ' and <= '~');
}
