using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>A client that lends what a build needs: its services are called through the call that it opened.</summary>
internal sealed class ClientSession : IAsyncDisposable
{
    private readonly CancellationTokenSource _closed = new();
    private readonly Stream _tunnel;

    /// <param name="id">What solve requests call it.</param>
    /// <param name="sharedKey">What clients of the same machine and folder have in common.</param>
    /// <param name="methods">What it serves, as <c>/service/method</c>.</param>
    /// <param name="tunnel">Carries the calls.</param>
    public ClientSession(string id, string sharedKey, IEnumerable<string> methods, Stream tunnel)
    {
        (Id, SharedKey, _tunnel) = (id, sharedKey, tunnel);
        Methods = methods.ToHashSet(StringComparer.OrdinalIgnoreCase);
        Channel = StreamChannel.Open(new RepeatedHeaders(tunnel, SessionTrees.Repeated));
        Closed = _closed.Token;
    }

    public string Id { get; }

    public string SharedKey { get; }

    public IReadOnlySet<string> Methods { get; }

    public GrpcChannel Channel { get; }

    /// <summary>Cancelled when the client is gone.</summary>
    public CancellationToken Closed { get; }

    /// <summary>Whether it serves a method.</summary>
    public bool Serves(string method) => Methods.Contains(method);

    /// <summary>How it is watched.</summary>
    public SessionHealth Health { get; init; } = SessionHealth.Default;

    /// <summary>Returns when the client does not answer any more.</summary>
    public async Task WatchAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        var client = new Grpc.Health.V1.Health.HealthClient(Channel);
        // At once for the first time: clients wait for the connection, if only to end it.
        for (var missed = 0; missed < Health.Missed;)
        {
            try
            {
                await client.CheckAsync(new HealthCheckRequest(), deadline: time.GetUtcNow().UtcDateTime + Health.Patience, cancellationToken: cancellationToken).ConfigureAwait(false);
                missed = 0;
            }
            catch (RpcException)
            {
                missed++;
            }
            await Task.Delay(Health.Interval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync().ConfigureAwait(false);
        Channel.Dispose();
        await _tunnel.DisposeAsync().ConfigureAwait(false);
    }
}
