using System.IO.Pipelines;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace MsBuildKit.Tool.Wire;

/// <summary>A stream as a connection of the server.</summary>
internal sealed class StreamConnection : ConnectionContext, IConnectionItemsFeature
{
    private readonly Stream _stream;
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="stream">Both ways.</param>
    /// <param name="owner">Whom the other side belongs to, found again as <see cref="OwnerOf"/>.</param>
    public StreamConnection(Stream stream, object owner)
    {
        _stream = stream;
        ConnectionClosed = _closed.Token;
        Items = new Dictionary<object, object?> { [typeof(StreamConnection)] = owner };
        Transport = new Duplex(PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true)), PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true)));
        Features.Set<IConnectionItemsFeature>(this);
    }

    public override string ConnectionId { get; set; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; }

    public override IDuplexPipe Transport { get; set; }

    /// <summary>Ends when the server is done with the connection.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whom a call's other side belongs to; <c>null</c> for one that came by a socket.</summary>
    public static object? OwnerOf(IFeatureCollection features) => features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(typeof(StreamConnection), out var owner) is true ? owner : null;

    public override void Abort(ConnectionAbortedException abortReason)
    {
        if (!_closed.IsCancellationRequested) _closed.Cancel();
        // Whoever waits for bytes that will not come waits no longer.
        Transport.Input.CancelPendingRead();
        _stream.Dispose();
    }

    public override async ValueTask DisposeAsync()
    {
        await Transport.Input.CompleteAsync().ConfigureAwait(false);
        try
        {
            await Transport.Output.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Whom the rest was for is gone. The server would wait for a connection that does not end.
        }
        await _stream.DisposeAsync().ConfigureAwait(false);
        if (!_closed.IsCancellationRequested) await _closed.CancelAsync().ConfigureAwait(false);
        _ended.TrySetResult();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
