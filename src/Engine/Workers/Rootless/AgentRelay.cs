using System.Net.Sockets;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A socket of a step's own that leads to an SSH agent, and is dead once it is disposed. A step can list the agent's keys and sign with
/// them; it cannot take keys away, add some or lock the agent, which is the caller's own and goes on living.</summary>
internal sealed class AgentRelay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _agent;
    private readonly Func<string, ValueTask> _signed;

    /// <param name="path">Of the socket.</param>
    /// <param name="agent">The agent's.</param>
    /// <param name="signed">Hears of each signature, with the key's fingerprint, before the step has it.</param>
    public AgentRelay(string path, string agent, Func<string, ValueTask> signed)
    {
        (Path, _agent, _signed) = (path, agent, signed);
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
                while (await AgentMessage.ReceiveAsync(client, stop).ConfigureAwait(false) is { } request)
                {
                    if (await AnswerAsync(request, agent, stop).ConfigureAwait(false) is not { } answer) break;
                    await answer.SendAsync(client, stop).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // The client sees a closed connection, as it would of an agent that ended.
            }
    }

    private async Task<AgentMessage?> AnswerAsync(AgentMessage request, Socket agent, CancellationToken stop)
    {
        if (!request.IsForSigning) return AgentMessage.Failure;
        await request.SendAsync(agent, stop).ConfigureAwait(false);
        var answer = await AgentMessage.ReceiveAsync(agent, stop).ConfigureAwait(false);
        if (answer is { IsSignature: true } && request.SigningKey is { } key) await _signed(key).ConfigureAwait(false);
        return answer;
    }
}
