using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>A process that is root of user, mount and process namespaces of its own, started by an ordinary user.</summary>
/// <remarks>
/// util-linux's unshare makes the namespaces, a shell in them gives a sign that it runs, newuidmap and newgidmap give it ids from outside (the
/// caller becomes 0, the subordinate ids 1 and up), and then the shell becomes the program. The process is the first of its process
/// namespace, so whatever it started dies with it; it ends when its input does, so it dies with its caller, however that dies.
/// </remarks>
public sealed class NamespaceProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    // A shell that is somebody else than a moment ago takes itself for a program that must not keep its rights, and drops them while it starts: so it
    // first gives a sign that it has, by a line, and waits to be told that it has its ids.
    private const string Shell = "echo && read -r go && exec \"$@\"";

    // When input and output are somebody else's the sign is a file, and it waits until it sees its ids. Who it waits for may be gone.
    private const string AttachedShell = """
        echo > "$0"
        tries=0
        until read -r ids < /proc/self/uid_map && read -r ids < /proc/self/gid_map; do
            tries=$((tries + 1)); [ $tries -lt 500 ] || { PATH=$PATH:/usr/bin:/bin rm -f "$0"; exit 1; }
            PATH=$PATH:/usr/bin:/bin sleep 0.02
        done
        exec "$@"
        """;

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly bool _isAttached;

    private NamespaceProcess(Process process, bool isAttached) => (_process, _isAttached) = (process, isAttached);

    /// <summary>What it reads.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What it writes.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it wrote to its standard error so far.</summary>
    public string Errors
    {
        get
        {
            lock (_errors) return _errors.ToString().Trim();
        }
    }

    /// <summary>Starts <paramref name="program"/>. Throws MBK2005 and MBK2008, which say what is missing on this machine.</summary>
    public static async Task<NamespaceProcess> StartAsync(WorkerProgram program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var ids = SubordinateIds.Read(program.User, program.ConfigurationFolder);
        var started = Start(program, [Shell, "sh"], arguments, isAttached: false);
        try
        {
            if (await started.Output.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false) == 0) throw await started.RefusedAsync().ConfigureAwait(false);
            await started.MapAsync(program, ids, cancellationToken).ConfigureAwait(false);
            await started.Input.WriteAsync("\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await started.Input.FlushAsync(cancellationToken).ConfigureAwait(false);
            return started;
        }
        catch (Exception e)
        {
            await started.DisposeAsync().ConfigureAwait(false);
            if (e is IOException) throw Refused(started.Errors, e);
            throw;
        }
    }

    /// <summary>Runs <paramref name="program"/> with this process's own input, output and error, a terminal if they are one; answers its exit
    /// code. Throws MBK2005 and MBK2008.</summary>
    public static async Task<int> RunAttachedAsync(WorkerProgram program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var ids = SubordinateIds.Read(program.User, program.ConfigurationFolder);
        // Programs that pass a terminal on do not always leave it as it was.
        using var terminal = new TerminalMode();
        var sign = Path.GetTempFileName();
        try
        {
            return await RunAttachedAsync(program, sign, ids, arguments, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(sign);
        }
    }

    private static async Task<int> RunAttachedAsync(WorkerProgram program, string sign, SubordinateIds ids, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var started = Start(program, [AttachedShell, sign], arguments, isAttached: true);
        await using (started.ConfigureAwait(false))
        {
            for (var pause = 1; new FileInfo(sign).Length == 0; pause = Math.Min(pause * 2, 20))
            {
                if (started._process.HasExited) throw await started.RefusedAsync().ConfigureAwait(false);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
            await started.MapAsync(program, ids, cancellationToken).ConfigureAwait(false);
            return await started.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until it has ended by itself, and answers its exit code.</summary>
    public async Task<int> WaitAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Ends it: by the end of its input, and by force when that is not enough.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            if (!_isAttached) _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is gone already.
        }
        using var patience = new CancellationTokenSource(s_patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // What runs in the namespace has no input any more, and ends by that too.
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        _process.Dispose();
    }

    private static NamespaceProcess Start(WorkerProgram program, IReadOnlyList<string> shell, IReadOnlyList<string> arguments, bool isAttached)
    {
        var unshare = Require(program, "unshare", "util-linux");
        var start = new ProcessStartInfo(unshare)
        {
            RedirectStandardInput = !isAttached, RedirectStandardOutput = !isAttached, RedirectStandardError = !isAttached, UseShellExecute = false, WorkingDirectory = program.WorkingDirectory,
        };
        // The shell is the second process, which the first waits for. Under no_new_privs (bubblewrap) it could else not become root again, because
        // it has no id while it starts.
        string[] line = ["--user", "--mount", "--pid", "--keep-caps", "--fork", "--mount-proc", "--", "/bin/sh", "-c", .. shell, .. program.Command, .. arguments];
        foreach (var argument in line) start.ArgumentList.Add(argument);
        // Nobody attaches a debugger to it, and preparing for one takes time and leaves a socket.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in program.Environment) start.Environment[name] = value;
        var process = new Process { StartInfo = start };
        var started = new NamespaceProcess(process, isAttached);
        process.ErrorDataReceived += (_, e) => started.Hear(e.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception e)
        {
            process.Dispose();
            throw Refused("", e);
        }
        if (!isAttached) process.BeginErrorReadLine();
        return started;
    }

    private void Hear(string? line)
    {
        lock (_errors)
            if (line is not null && _errors.Length < 1 << 14) _errors.AppendLine(line);
    }

    private async Task MapAsync(WorkerProgram program, SubordinateIds ids, CancellationToken cancellationToken)
    {
        if (program.User.Id == 0)
        {
            await WriteMapAsync("uid_map", program.User.Id, ids.Users, cancellationToken).ConfigureAwait(false);
            await WriteMapAsync("gid_map", program.User.GroupId, ids.Groups, cancellationToken).ConfigureAwait(false);
            return;
        }
        await Task.WhenAll(
            RunMapperAsync(Require(program, "newuidmap", "uidmap"), program.User.Id, ids.Users, cancellationToken),
            RunMapperAsync(Require(program, "newgidmap", "uidmap"), program.User.GroupId, ids.Groups, cancellationToken)).ConfigureAwait(false);
    }

    private async Task<WorkerException> RefusedAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return Refused(Errors, null);
    }

    private Task WriteMapAsync(string map, uint caller, IdRange range, CancellationToken cancellationToken) =>
        File.WriteAllTextAsync($"/proc/{_process.Id}/{map}", $"0 {caller} 1\n1 {range.First} {range.Count}\n", cancellationToken);

    private async Task RunMapperAsync(string mapper, uint caller, IdRange range, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(mapper) { RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in new[] { _process.Id, 0, caller, 1, 1, range.First, range.Count }) start.ArgumentList.Add(argument.ToString(CultureInfo.InvariantCulture));
        using var process = Process.Start(start) ?? throw Refused($"'{mapper}' does not start", null);
        var errors = await process.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0) throw Refused(errors.Trim(), null);
    }

    private static string Require(WorkerProgram program, string name, string package) => program.Find(name) is { } path && Path.IsPathFullyQualified(path) ? path
        : throw new WorkerException(WorkerException.NoNamespaces, ErrorKind.FailedPrecondition, $"Steps need the program '{name}', which is not on the PATH. Install the package '{package}'.");

    private static WorkerException Refused(string why, Exception? inner)
    {
        if (why.Length == 0) why = inner?.Message ?? "no reason given";
        // A kernel that hides parts of /proc lets nobody mount one that does not.
        var remedy = why.Contains("mount /proc", StringComparison.Ordinal)
            ? "In a container, let /proc be mounted: run it with --security-opt systempaths=unconfined (Docker) or --security-opt unmask=ALL (Podman)"
            : "Allow them (kernel.unprivileged_userns_clone=1, user.max_user_namespaces above 0, kernel.apparmor_restrict_unprivileged_userns=0), or in a container run it with --security-opt seccomp=unconfined";
        return new(WorkerException.NoNamespaces, ErrorKind.FailedPrecondition,
            $"This machine gives no namespaces to run steps in ({why.TrimEnd('.')}). {remedy}; 'msbuildkit doctor' looks at all of it. Builds without steps to run need none of this.", inner);
    }
}
