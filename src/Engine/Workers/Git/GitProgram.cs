using System.Diagnostics;
using System.Globalization;
using System.Text;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Workers.Git;

/// <summary>Runs git: with an environment of our own, with no configuration but ours, with nothing that a repository could have run, and never
/// longer than it is wanted.</summary>
internal sealed class GitProgram(GitOptions options)
{
    private const int ErrorTail = 8192;

    // Whatever could run a program, ask somebody, read the machine or go on by itself.
    private static readonly string[] s_settings =
    [
        "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.askPass=", "credential.helper=", "init.templateDir=", "init.defaultBranch=main",
        "safe.directory=*", "gc.auto=0", "maintenance.auto=false", "fetch.recurseSubmodules=false", "submodule.recurse=false", "fetch.writeCommitGraph=false",
        // A pack is durable and visible as a whole; single objects are not.
        "fetch.unpackLimit=1",
        "core.logAllRefUpdates=false", "transfer.bundleURI=false", "fetch.fsckObjects=false", "core.quotePath=false", "log.showSignature=false",
        // Where redirects lead is ours to judge.
        "http.followRedirects=false", "http.emptyAuth=false", "http.lowSpeedLimit=64", "http.lowSpeedTime=100", "protocol.version=2",
    ];

    // A conversation has processes of its own: who ends git alone leaves them. So git leads a session, which goes as a whole when it is done, when it
    // is no longer wanted, and when whoever wants it is gone: then the input ends. What is killed is on its way for a moment yet, which is waited for.
    private const string Guard = """
        setsid=$1
        shift
        exec 3<&0 < /dev/null
        "$setsid" "$@" 3<&- &
        git=$!
        { read -r end <&3; kill -s KILL -- "-$git"; kill -s KILL "$git"; } > /dev/null 2>&1 &
        watch=$!
        exec 3<&-
        wait "$git"
        code=$?
        exec 2> /dev/null
        kill -s KILL "$watch"
        for turn in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            kill -s KILL -- "-$git" || break
            sleep 0.02
        done
        exit "$code"
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Lazy<string> _git = new(() => ProgramPath.Find(options.SearchPath, OperatingSystem.IsWindows() ? "git.exe" : "git") ?? throw GitErrors.NoProgram());

    public GitOptions Options => options;

    /// <summary>Runs to the end. What git complains of is in the answer; nothing is thrown for it.</summary>
    public async Task<GitOutput> RunAsync(GitCommand command, CancellationToken cancellationToken)
    {
        using var process = Start(command, guarded: command.Access is not null);
        try
        {
            var output = ReadAsync(process.StandardOutput.BaseStream, command.MostOutput, cancellationToken);
            var error = ReadTailAsync(process.StandardError.BaseStream, cancellationToken);
            if (command.Access is null)
            {
                await process.StandardInput.WriteAsync(command.Input.AsMemory(), cancellationToken).ConfigureAwait(false);
                process.StandardInput.Close();
            }
            var (bytes, said) = (await output.ConfigureAwait(false), await error.ConfigureAwait(false));
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new GitOutput(process.ExitCode, bytes, said);
        }
        finally
        {
            End(process);
        }
    }

    /// <summary>Starts a command that answers as long as it is asked, and ends with its input.</summary>
    public Process Start(GitCommand command) => Start(command, guarded: false);

    /// <summary>Ends a process, and whatever it started.</summary>
    public static void End(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it had read everything.
        }
        if (process.WaitForExit(s_patience)) return;
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
    }

    private Process Start(GitCommand command, bool guarded)
    {
        var git = _git.Value;
        if (!Path.IsPathFullyQualified(git)) throw new InvalidOperationException($"'{git}' is no full path.");
        var setsid = guarded && OperatingSystem.IsLinux() ? ProgramPath.Find(options.SearchPath.Concat(["/usr/bin", "/bin"]), "setsid") : null;
        IEnumerable<string> line = [.. s_settings.SelectMany(s => new[] { "-c", s }), .. command.Folder is { } folder ? new[] { "--git-dir", folder } : [], .. command.Arguments];
        var start = setsid is null ? new ProcessStartInfo(git, line) : new ProcessStartInfo("/bin/sh", ["-c", Guard, "/bin/sh", setsid, git, .. line]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError) = (true, true, true);
        (start.StandardInputEncoding, start.WorkingDirectory) = (new UTF8Encoding(false), command.Folder ?? Path.GetPathRoot(Path.GetTempPath())!);
        Equip(start.Environment, command);
        return Process.Start(start)!;
    }

    private void Equip(IDictionary<string, string?> environment, GitCommand command)
    {
        // Windows cannot open sockets without.
        var system = OperatingSystem.IsWindows() ? environment.Where(v => v.Key is "SystemRoot" or "TEMP" or "TMP").ToList() : [];
        environment.Clear();
        foreach (var (name, value) in system) environment[name] = value;
        environment["PATH"] = OperatingSystem.IsWindows() ? Path.GetDirectoryName(_git.Value) : "/usr/local/bin:/usr/bin:/bin";
        environment["LC_ALL"] = "C";
        environment["HOME"] = "/dev/null";
        environment["GIT_CONFIG_NOSYSTEM"] = "1";
        environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        environment["GIT_ATTR_NOSYSTEM"] = "1";
        environment["GIT_TERMINAL_PROMPT"] = "0";
        environment["GIT_NO_REPLACE_OBJECTS"] = "1";
        environment["GIT_NO_LAZY_FETCH"] = "1";
        environment["GIT_PROTOCOL_FROM_USER"] = "0";
        environment["GIT_ALLOW_PROTOCOL"] = command.Access?.Remote.Scheme ?? "none";
        foreach (var (name, value) in command.Variables) environment[name] = value;
        if (command.Access is not { } access) return;
        foreach (var (name, value) in options.Proxies) environment[name] = value;
        foreach (var (name, value) in access.Variables) environment[name] = value;
        // Settings that are secret: arguments can be read by every user of the machine, the environment only by this one.
        environment["GIT_CONFIG_COUNT"] = access.Settings.Count.ToString(CultureInfo.InvariantCulture);
        for (var i = 0; i < access.Settings.Count; i++)
            (environment[$"GIT_CONFIG_KEY_{i}"], environment[$"GIT_CONFIG_VALUE_{i}"]) = access.Settings[i];
    }

    private static async Task<byte[]> ReadAsync(Stream stream, int most, CancellationToken cancellationToken)
    {
        var all = new MemoryStream();
        var block = new byte[1 << 16];
        for (int read; (read = await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (all.Length + read > most) throw new InvalidDataException($"git wrote more than {most} bytes");
            all.Write(block, 0, read);
        }
        return all.ToArray();
    }

    private static async Task<string> ReadTailAsync(Stream stream, CancellationToken cancellationToken)
    {
        var tail = new byte[2 * ErrorTail];
        var count = 0;
        for (int read; (read = await stream.ReadAsync(tail.AsMemory(count, Math.Min(ErrorTail, tail.Length - count)), cancellationToken).ConfigureAwait(false)) > 0;)
        {
            count += read;
            if (count <= ErrorTail) continue;
            tail.AsSpan(count - ErrorTail, ErrorTail).CopyTo(tail);
            count = ErrorTail;
        }
        return Encoding.UTF8.GetString(tail, 0, count);
    }
}
