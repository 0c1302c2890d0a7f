using System.Net.Sockets;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A socket of a step's own that leads to an SSH agent, and is dead once it is disposed.</summary>
internal sealed class AgentRelay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _agent;

    public AgentRelay(string path, string agent)
    {
        (Path, _agent) = (path, agent);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public string Path { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _stop.Dispose();
        File.Delete(Path);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false), _stop.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The step is over.
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken stop)
    {
        using var agent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using (client)
            try
            {
                await agent.ConnectAsync(new UnixDomainSocketEndPoint(_agent), stop).ConfigureAwait(false);
                await Task.WhenAny(CopyAsync(client, agent, stop), CopyAsync(agent, client, stop)).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The client sees a closed connection, as it would of an agent that ended.
            }
    }

    private static async Task CopyAsync(Socket from, Socket to, CancellationToken stop)
    {
        var buffer = new byte[1 << 14];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer, stop).ConfigureAwait(false)) > 0;)
                for (var sent = 0; sent < read;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Either end is gone.
        }
    }
}
