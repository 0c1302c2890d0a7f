using System.Diagnostics;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class SshKeyAgentTests : IDisposable
{
    private readonly TempFolder _folder = new("keys");

    public void Dispose() => _folder.Dispose();

    // reliability H2
    [Fact]
    public async Task Start_WithAKey_OffersThatOneAndIsGoneAfterwards()
    {
        await MakeKeyAsync("lent");
        await MakeKeyAsync("other");
        string socket;
        using (var agent = await StartAsync(_folder["lent"]))
        {
            socket = agent.Socket;
            var offered = (await Command.RunAsync(RealTool.Find("ssh-add"), ["-L"], environment: new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket })).Succeeded().Output;
            Assert.Equal(await File.ReadAllTextAsync(_folder["lent.pub"]), offered);
            Assert.NotEmpty(FindProcesses(socket));
        }
        Assert.False(Directory.Exists(Path.GetDirectoryName(socket)));
        Assert.Empty(FindProcesses(socket));
    }

    [Fact]
    public async Task Start_WithAKeyThatIsNone_Fails()
    {
        _folder.Write("bad", "no key");
        Assert.Equal("MBK1808", (await Assert.ThrowsAsync<SessionException>(() => StartAsync(_folder["bad"]))).Code);
    }

    // As an agent is that has only just been started: it inherits that nothing but force ends it.
    [Fact]
    public async Task Start_CancelledBeforeTheAgentListens_EndsItAtOnce()
    {
        var program = _folder.Write("slow-agent", "#!/bin/sh\ntrap '' TERM\nexec sleep 60\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var starting = SshKeyAgent.StartAsync(new SshKeys([]), _ => program, TimeProvider.System, cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting.WaitAsync(TimeSpan.FromSeconds(2)));
        Assert.Empty(FindProcesses(program));
    }

    private static Task<SshKeyAgent> StartAsync(string key) =>
        SshKeyAgent.StartAsync(new SshKeys([key]), p => ProgramPath.Find(Environment.GetEnvironmentVariable("PATH")!, p), TimeProvider.System, default);

    private async Task MakeKeyAsync(string name) =>
        (await Command.RunAsync(RealTool.Find("ssh-keygen"), ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", _folder[name]])).Succeeded();

    private static List<string> FindProcesses(string text)
    {
        var found = new List<string>();
        foreach (var process in Process.GetProcesses())
            using (process)
                try
                {
                    if (File.ReadAllText($"/proc/{process.Id}/cmdline") is var line && line.Contains(text, StringComparison.Ordinal)) found.Add(line);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It ended meanwhile, or is another's.
                }
        return found;
    }
}
