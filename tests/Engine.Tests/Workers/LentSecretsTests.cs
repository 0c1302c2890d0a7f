using System.Net;
using System.Net.Sockets;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class LentSecretsTests : IDisposable
{
    private readonly TempFolder _folder = new("lent");

    public void Dispose() => _folder.Dispose();

    // A Dockerfile's --mount=type=ssh need not name an id, and then its operation has none.
    [Fact]
    public async Task Take_AgentWithoutAnId_IsTheDefaultOne()
    {
        var socket = _folder.Write("socket", "");
        using var lent = await TakeAsync(new SSHOpt(), ("default", new SshAgent(socket)));
        Assert.Equal(socket, lent.Agents[""]);
    }

    [Fact]
    public async Task Take_AgentWithoutAnIdAndWithoutADefault_SaysWhichIsMissing()
    {
        var error = await Assert.ThrowsAsync<SessionException>(() => TakeAsync(new SSHOpt(), ("other", new SshAgent(_folder.Write("socket", "")))));
        Assert.Contains("'default'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OptionalAgentThatIsNotThere_IsLeftOut()
    {
        using var lent = await TakeAsync(new SSHOpt { Optional = true });
        Assert.Empty(lent.Agents);
    }

    [Fact]
    public async Task Take_AgentElsewhere_IsReachedThroughASocketUntilTheStepEnds()
    {
        string socket;
        using (var lent = await TakeAsync(new SSHOpt { ID = "far" }, ("far", new Echo(true))))
        {
            socket = lent.Agents["far"];
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(socket)!));
            using var one = await ConnectAsync(socket);
            using var other = await ConnectAsync(socket);
            Assert.Equal("first", await AskAsync(one, "first"));
            Assert.Equal("other", await AskAsync(other, "other"));
            Assert.Equal("second", await AskAsync(one, "second"));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(socket)));
    }

    [Fact]
    public async Task Take_StepThatEnds_EndsItsConversations()
    {
        var lent = await TakeAsync(new SSHOpt { ID = "far" }, ("far", new Echo(true)));
        using var client = await ConnectAsync(lent.Agents["far"]);
        Assert.Equal("first", await AskAsync(client, "first"));
        lent.Dispose();
        Assert.Equal(0, await client.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Take_AgentElsewhereThatIsNotThere_IsMissing()
    {
        using (var lent = await TakeAsync(new SSHOpt { ID = "far", Optional = true }, ("far", new Echo(false)))) Assert.Empty(lent.Agents);
        Assert.Equal("MBK1807", (await Assert.ThrowsAsync<SessionException>(() => TakeAsync(new SSHOpt { ID = "far" }, ("far", new Echo(false))))).Code);
    }

    private static async Task<Socket> ConnectAsync(string path)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<string> AskAsync(Socket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken);
        var answer = new byte[text.Length];
        for (var read = 0; read < answer.Length;) read += await socket.ReceiveAsync(answer.AsMemory(read), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(answer);
    }

    // Says back what it hears.
    private sealed record Echo(bool IsThere) : SshRelay
    {
        public override ValueTask<bool> ExistsAsync(CancellationToken cancellationToken) => new(IsThere);

        public override async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var near = new TcpClient();
            await near.ConnectAsync((IPEndPoint)listener.LocalEndpoint, cancellationToken);
            var far = await listener.AcceptTcpClientAsync(cancellationToken);
            _ = Task.Run(async () =>
            {
                using (far) await far.GetStream().CopyToAsync(far.GetStream(), CancellationToken.None);
            }, CancellationToken.None);
            return near.GetStream();
        }
    }

    private static Task<LentSecrets> TakeAsync(SSHOpt agent, params (string Id, SshSource Source)[] lent)
    {
        var session = new BuildSession([], new Dictionary<string, IContentSource>()) { Ssh = lent.ToDictionary(l => l.Id, l => l.Source) };
        var exec = new ExecOp { Mounts = { new Mount { Dest = "/agent", MountType = MountType.Ssh, SSHOpt = agent } } };
        return LentSecrets.TakeAsync(exec, session, _ => null, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
