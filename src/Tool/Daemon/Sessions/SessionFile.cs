using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Protocol.FileSync;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>A file that the client writes, such as the archive of an image.</summary>
/// <remarks>A write returns when the client's side can take more. <see cref="CompleteAsync"/> ends the file and waits until the client has written it; disposed
/// before that, it is broken off, and the client knows. A client that has such a file already may not want it: what is written is then dropped.</remarks>
internal sealed class SessionFile : Stream
{
    public const string Method = "/moby.filesync.v1.FileSend/DiffCopy";

    // Small writes go together; BuildKit's messages have at most three times of this.
    private const int Largest = 1 << 20;

    private readonly AsyncDuplexStreamingCall<BytesMessage, BytesMessage> _call;
    private readonly byte[] _buffer = new byte[Largest];
    private int _count;

    private SessionFile(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call) => _call = call;

    public override bool CanRead => false;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    /// <summary>Which of its exporters a client is to take a file, or files, for.</summary>
    public const string ExporterKey = "buildkit-attachable-exporter-id";

    private const string MetadataPrefix = "exporter-md-";

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

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Ends the file, and waits until the client has it. Throws MBK2530 when that fails.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await SendAsync(cancellationToken).ConfigureAwait(false);
        if (IsSkipped) return;
        try
        {
            await _call.RequestStream.CompleteAsync().ConfigureAwait(false);
            while (await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (RpcException e)
        {
            Judge(e);
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A client's file is written asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) _call.Dispose();
        base.Dispose(disposing);
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        var count = _count;
        _count = 0;
        if (count == 0 || IsSkipped) return;
        try
        {
            // The message is written out before this returns.
            await _call.RequestStream.WriteAsync(new BytesMessage { Data = UnsafeByteOperations.UnsafeWrap(_buffer.AsMemory(0, count)) }, cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            Judge(e);
        }
        catch (Exception e) when (e is InvalidOperationException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // The client ended the call, and how is what the answer says.
            await JudgeAnswerAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task JudgeAnswerAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await _call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false))
            {
            }
        }
        catch (RpcException e)
        {
            Judge(e);
            return;
        }
        throw SessionErrors.Failed(new RpcException(new Status(StatusCode.Aborted, "it ended before all was sent")), "write the file");
    }

    private void Judge(RpcException e)
    {
        if (e.StatusCode != StatusCode.AlreadyExists) throw SessionErrors.Failed(e, "write the file");
        IsSkipped = true;
    }

    private static bool IsHeader(string key, string value) => key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && !key.EndsWith("-bin", StringComparison.OrdinalIgnoreCase) && value.All(c => c is >= ' ' and <= '~');
}
