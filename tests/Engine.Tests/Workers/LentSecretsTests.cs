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

    private static Task<LentSecrets> TakeAsync(SSHOpt agent, params (string Id, SshSource Source)[] lent)
    {
        var session = new BuildSession([], new Dictionary<string, IContentSource>()) { Ssh = lent.ToDictionary(l => l.Id, l => l.Source) };
        var exec = new ExecOp { Mounts = { new Mount { Dest = "/agent", MountType = MountType.Ssh, SSHOpt = agent } } };
        return LentSecrets.TakeAsync(exec, session, _ => null, TimeProvider.System, TestContext.Current.CancellationToken);
    }
}
