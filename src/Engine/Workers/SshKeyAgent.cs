using System.Diagnostics;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers;

/// <summary>An agent of OpenSSH that holds a step's keys and no others, as long as the step runs.</summary>
internal sealed class SshKeyAgent : IDisposable
{
    // A killed build can end nobody. What it held open ends though, and so a shell takes the agent away, with its keys and its folder.
    private const string Guard = """
        trap '' HUP INT TERM
        exec 2> /dev/null
        "$0" -D -a "$1/agent" < /dev/null &
        exec > /dev/null
        read -r end
        kill -KILL $!
        wait
        rm -rf "$1"
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly string _folder;
    private readonly Process _process;

    private SshKeyAgent(string folder, Process process) => (_folder, _process) = (folder, process);

    public string Socket => Path.Combine(_folder, "agent");

    /// <summary>Starts it and gives it the keys. Throws MBK1808 when OpenSSH is not there or refuses a key.</summary>
    /// <param name="keys">Private keys in files; those that ask for a password cannot be used.</param>
    /// <param name="find">Finds a program.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends it too.</param>
    public static async Task<SshKeyAgent> StartAsync(SshKeys keys, Func<string, string?> find, TimeProvider time, CancellationToken cancellationToken)
    {
        var (agentProgram, addProgram) = (Require("ssh-agent", find), Require("ssh-add", find));
        // Only its owner can get into such a folder.
        var folder = Directory.CreateTempSubdirectory("msbuildkit-ssh-").FullName;
        var start = new ProcessStartInfo("/bin/sh", ["-c", Guard, agentProgram, folder]) { RedirectStandardOutput = true, RedirectStandardInput = true };
        var agent = new SshKeyAgent(folder, Process.Start(start)!);
        try
        {
            // The agent says where it listens; the end of its output is the end of itself.
            if (await agent._process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(false) is null)
                throw SessionException.KeysUnusable("'ssh-agent' does not start");
            foreach (var key in keys.Files) await agent.AddAsync(addProgram, key, cancellationToken).ConfigureAwait(false);
            return agent;
        }
        catch (Exception e)
        {
            agent.Dispose();
            if (e is TimeoutException) throw SessionException.KeysUnusable("'ssh-agent' does not start");
            throw;
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(s_patience)) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        if (Directory.Exists(_folder)) Directory.Delete(_folder, recursive: true);
    }

    private async Task AddAsync(string program, string key, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, ["-q", key]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["SSH_AUTH_SOCK"] = Socket;
        // Nobody is there to be asked for a password.
        start.Environment["SSH_ASKPASS_REQUIRE"] = "force";
        start.Environment["SSH_ASKPASS"] = "/bin/false";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var said = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0) throw SessionException.KeysUnusable($"'ssh-add' does not take '{key}': {PlainText.Of(said.Trim()).TrimEnd('.')}");
    }

    private static string Require(string program, Func<string, string?> find) =>
        find(program) is { } path && Path.IsPathFullyQualified(path) ? path : throw SessionException.KeysUnusable($"'{program}' is not on the PATH");
}
