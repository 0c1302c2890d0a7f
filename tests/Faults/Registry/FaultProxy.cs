using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.Faults.Registry;

/// <summary>Stands before a registry on the loopback and fails as its <see cref="Plan"/> says. It gives tokens to whoever asks, so that a
/// 401 in between can be answered.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly TcpListener[] _listeners = [new(IPAddress.Loopback, 0), new(IPAddress.Loopback, 0)];
    private readonly Upstream _registry;
    private readonly Random _random;
    private readonly FaultTally _tally;
    private readonly List<Task> _loops = [];
    private int _tokens;

    public FaultProxy(string registry, int seed, FaultTally tally)
    {
        (_registry, _random, _tally) = (new Upstream(registry), new Random(seed), tally);
        foreach (var listener in _listeners) listener.Start(512);
        foreach (var listener in _listeners) _loops.Add(AcceptAsync(listener));
    }

    public FaultPlan Plan { get; set; } = FaultPlan.None;

    /// <summary>Host and port.</summary>
    public string Host => HostOf(_listeners[0]);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        await Task.WhenAll(_loops);
        _registry.Dispose();
        _stop.Dispose();
    }

    private static string HostOf(TcpListener listener) => listener.LocalEndpoint.ToString()!;

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true) _ = ServeAsync(new Wire(await listener.AcceptSocketAsync(_stop.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The drill is over.
        }
    }

    private async Task ServeAsync(Wire wire)
    {
        using (wire)
            try
            {
                while (!wire.IsEnded && await wire.ReadAsync(_stop.Token) is { } request) await ServeAsync(wire, request);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException || _stop.IsCancellationRequested)
            {
                // The client went away.
            }
            catch (Exception e)
            {
                _tally.OwnFaults.Enqueue(e.ToString());
            }
    }

    private async Task ServeAsync(Wire wire, ProxiedRequest request)
    {
        var exchange = new Exchange(request, wire, _registry, HostOf(_listeners[1]), Chance(), _stop.Token);
        if (request.Path == "/token")
        {
            await exchange.AnswerAsync(ProxiedAnswer.Of(200, $$"""{"token":"drill-{{Interlocked.Increment(ref _tokens)}}","expires_in":300}""", ("Content-Type", "application/json")));
            return;
        }
        var fault = Plan.Next(request);
        _tally.Count(fault);
        await (fault is null ? exchange.AnswerAsync(await exchange.ForwardAsync()) : fault.Inflict(exchange));
    }

    private Random Chance()
    {
        lock (_random) return new Random(_random.Next());
    }
}
