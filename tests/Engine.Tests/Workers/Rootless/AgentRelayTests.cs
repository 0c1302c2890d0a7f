using System.Net.Sockets;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>The programs of OpenSSH on both ends.</summary>
public sealed class AgentRelayTests : IAsyncLifetime
{
    private readonly TempFolder _folder = new("relay");
    private readonly List<string> _signed = [];
    private SshKeyAgent _agent = null!;
    private AgentRelay _relay = null!;

    public async ValueTask InitializeAsync()
    {
        foreach (var name in new[] { "lent", "other" })
            (await Command.RunAsync(RealTool.Find("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", _folder[name]])).Succeeded();
        _agent = await SshKeyAgent.StartAsync(new SshKeys([_folder["lent"]]), p => ProgramPath.Find(Environment.GetEnvironmentVariable("PATH")!, p), TimeProvider.System, default);
        _relay = new AgentRelay(_folder["socket"], _agent.Socket, key =>
        {
            _signed.Add(key);
            return default;
        });
    }

    public ValueTask DisposeAsync()
    {
        _relay.Dispose();
        _agent.Dispose();
        _folder.Dispose();
        return default;
    }

    // H2 of our catalogue of attacks.
    [Fact]
    public async Task H2_OnlyListedKeysAreOffered_AndEachSignatureIsHeard()
    {
        Assert.Equal(await File.ReadAllTextAsync(_folder["lent.pub"]), (await RunAsync("ssh-add", "-L")).Succeeded().Output);
        await File.WriteAllTextAsync(_folder["data"], "data");

        (await SignAsync("other")).Failed();
        Assert.Empty(_signed);
        (await SignAsync("lent")).Succeeded();

        var fingerprint = (await Command.RunAsync("ssh-keygen", ["-lf", _folder["lent.pub"]])).Succeeded().Output.Split(' ')[1];
        Assert.Equal([fingerprint], _signed);
    }

    [Theory]
    [InlineData("-D")]
    [InlineData("-d", "lent.pub")]
    [InlineData("other")]
    public async Task H2_WhatChangesTheAgent_IsRefused(params string[] arguments)
    {
        (await RunAsync("ssh-add", [.. arguments.Select(a => a[0] == '-' ? a : _folder[a])])).Failed();

        Assert.Equal(await File.ReadAllTextAsync(_folder["lent.pub"]), (await RunAsync("ssh-add", "-L")).Succeeded().Output);
    }

    [Theory]
    [InlineData("00000001ff", "0000000105")]
    [InlineData("0000000116", "0000000105")]
    [InlineData("000000011b", "0000000105")]
    [InlineData("7fffffff0b", "")]
    [InlineData("00000000", "")]
    public async Task H2_WhatIsNoQuestionOfSigning_NeverReachesTheAgent(string sent, string answer)
    {
        using var socket = await ConnectAsync(_folder["socket"]);
        await socket.SendAsync(Convert.FromHexString(sent));
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(answer, Convert.ToHexStringLower(await ReadToEndAsync(socket)));
    }

    [Fact]
    public async Task H2_AfterTheStep_TheSocketAndItsConnectionsAreDead()
    {
        var relay = new AgentRelay(_folder["short"], _agent.Socket, _ => default);
        using var open = await ConnectAsync(relay.Path);

        relay.Dispose();

        await Assert.ThrowsAnyAsync<SocketException>(() => ConnectAsync(relay.Path));
        Assert.Empty(await ReadToEndAsync(open).WaitAsync(TimeSpan.FromSeconds(5)));
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        return socket;
    }

    // One that is closed before all was read from it is reset.
    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        var (got, buffer) = (new List<byte>(), new byte[64]);
        try
        {
            for (int read; (read = await socket.ReceiveAsync(buffer)) > 0;) got.AddRange(buffer[..read]);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
        }
        return [.. got];
    }

    private Task<CommandResult> SignAsync(string key)
    {
        // Without the private key, only the agent can sign.
        File.Copy(_folder[key + ".pub"], _folder[key + "-alone.pub"], overwrite: true);
        return RunAsync("ssh-keygen", "-Y", "sign", "-n", "test", "-f", _folder[key + "-alone.pub"], _folder["data"]);
    }

    private Task<CommandResult> RunAsync(string program, params string[] arguments) =>
        Command.RunAsync(RealTool.Find(program), arguments, environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = _folder["socket"] });
}
