using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace MsBuildKit.Tool.Wire;

/// <summary>Hands streams to the server as if they had been accepted.</summary>
internal sealed class StreamListener : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private readonly Channel<StreamConnection> _waiting = Channel.CreateUnbounded<StreamConnection>();

    public EndPoint EndPoint { get; } = new StreamEndPoint();

    /// <summary>Serves a stream; the task ends when that is over.</summary>
    /// <param name="stream">Both ways.</param>
    /// <param name="owner">Whom its calls belong to.</param>
    public Task ServeAsync(Stream stream, object owner)
    {
        var connection = new StreamConnection(stream, owner);
        return _waiting.Writer.TryWrite(connection) ? connection.Ended : Task.FromException(new ObjectDisposedException(nameof(StreamListener)));
    }

    public bool CanBind(EndPoint endpoint) => endpoint is StreamEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _waiting.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return null;
        }
    }

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _waiting.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
