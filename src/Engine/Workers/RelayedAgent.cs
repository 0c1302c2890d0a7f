using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers;

/// <summary>A socket on this machine that leads to an agent somewhere else, as long as a step runs. Each connection is a conversation of its own.</summary>
internal sealed class RelayedAgent : IDisposable
{
    // What the address of a socket holds, on the systems where that is least.
    private const int LongestPath = 103;

    private readonly SshRelay _relay;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _stop = new();
    private readonly string _folder;

    private RelayedAgent(SshRelay relay, string folder) => (_relay, _folder) = (relay, folder);

    public string Socket => PathIn(_folder);

    /// <summary>Listens from now on.</summary>
    public static RelayedAgent Open(SshRelay relay)
    {
        var agent = new RelayedAgent(relay, CreateFolder());
        agent._listener.Bind(new UnixDomainSocketEndPoint(agent.Socket));
        agent._listener.Listen();
        _ = agent.AcceptAsync();
        return agent;
    }

    /// <summary>Ends every conversation.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string PathIn(string folder) => Path.Combine(folder, "agent");

    // Only its owner can get into it.
    private static string CreateFolder()
    {
        var folder = Directory.CreateTempSubdirectory("msbuildkit-ssh-").FullName;
        if (OperatingSystem.IsWindows() || Encoding.UTF8.GetByteCount(PathIn(folder)) <= LongestPath) return folder;
        Directory.Delete(folder);
        return Directory.CreateDirectory($"/tmp/msbuildkit-ssh-{RandomNumberGenerator.GetHexString(32, lowercase: true)}", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await _listener.AcceptAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The step is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var near = new NetworkStream(client, ownsSocket: true);
        await using var closedNear = near.ConfigureAwait(false);
        try
        {
            var far = await _relay.ConnectAsync(_stop.Token).ConfigureAwait(false);
            await using var closedFar = far.ConfigureAwait(false);
            await JoinAsync(near, far).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client sees a closed connection, as it would of an agent that ended.
        }
    }

    // Who asks waits for the answer before it leaves, so the end of either way is the end of both.
    private async Task JoinAsync(Stream near, Stream far)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        Task[] ways = [near.CopyToAsync(far, both.Token), far.CopyToAsync(near, both.Token)];
        await Task.WhenAny(ways).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(ways).ConfigureAwait(false);
    }
}
