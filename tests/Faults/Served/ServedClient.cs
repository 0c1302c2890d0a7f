using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Served;

/// <summary>A folder that is built again and again, each time with other bytes in it, by a client that was made for BuildKit.</summary>
/// <param name="folder">Its own.</param>
/// <param name="command">The client's command line; the context and where the result goes are still to come.</param>
/// <param name="environment">Of the client.</param>
internal sealed partial class ServedClient(string folder, Func<string, string, IReadOnlyList<string>> command, IReadOnlyDictionary<string, string> environment)
{
    public const int ExitCode = 3;

    // The racy window of a client's files is two seconds: a file of the same size and nearly the same time has other bytes in the next round.
    private const string Dockerfile = """
        FROM scratch AS base
        COPY busybox /bin/busybox
        RUN ["/bin/busybox","--install","-s","/bin"]
        FROM base AS made
        COPY token large /
        RUN --mount=type=secret,id=secret cat /token /run/secrets/secret > /both; sleep 0.3; {0}
        FROM scratch
        COPY --from=made /token /large /both /
        """;

    private const int Interrupt = 2, Large = 200_000;
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(5);

    private string Context => Path.Combine(folder, "context");

    private string Output => Path.Combine(folder, "out");

    /// <summary>Builds once, and says what was not as it should be.</summary>
    /// <param name="fate">What becomes of it.</param>
    /// <param name="after">When the client is sent a signal, if it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<(bool Ended, TimeSpan Took, IReadOnlyList<string> Wrong)> BuildAsync(Fate fate, TimeSpan after, CancellationToken cancellationToken)
    {
        var (token, large) = (Guid.NewGuid().ToString(), RandomNumberGenerator.GetBytes(Large));
        Prepare(fate, token, large);
        var line = command(Context, Output);
        var start = new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var clock = Stopwatch.StartNew();
        using var client = Process.Start(start)!;
        client.StandardInput.Close();
        var said = Task.WhenAll(client.StandardOutput.ReadToEndAsync(cancellationToken), client.StandardError.ReadToEndAsync(cancellationToken));
        if (fate is Fate.Cancelled or Fate.Killed) await HarmAsync(client, fate, after, cancellationToken);
        try
        {
            await client.WaitForExitAsync(cancellationToken).WaitAsync(s_longest, cancellationToken);
        }
        catch (TimeoutException)
        {
            client.Kill();
            return (false, clock.Elapsed, [$"the client waits for more than {s_longest.TotalMinutes:0} minutes: {Tail(await said)}"]);
        }
        return (client.ExitCode == 0, clock.Elapsed, [.. Judge(fate, token, large, client.ExitCode, string.Concat(await said))]);
    }

    private static async Task HarmAsync(Process client, Fate fate, TimeSpan after, CancellationToken cancellationToken)
    {
        await Task.WhenAny(client.WaitForExitAsync(cancellationToken), Task.Delay(after, cancellationToken));
        if (client.HasExited) return;
        if (fate == Fate.Killed) client.Kill();
        else _ = kill(client.Id, Interrupt);
    }

    private void Prepare(Fate fate, string token, byte[] large)
    {
        if (Directory.Exists(Output)) Directory.Delete(Output, recursive: true);
        if (!Directory.Exists(Context))
        {
            Directory.CreateDirectory(Context);
            File.Copy(RealTool.Find("busybox"), Path.Combine(Context, "busybox"));
        }
        var end = fate == Fate.Fails ? string.Create(CultureInfo.InvariantCulture, $"exit {ExitCode}") : "true";
        File.WriteAllText(Path.Combine(Context, "Dockerfile"), string.Format(CultureInfo.InvariantCulture, Dockerfile, end));
        File.WriteAllText(Path.Combine(Context, "token"), token);
        File.WriteAllBytes(Path.Combine(Context, "large"), large);
        File.WriteAllText(Path.Combine(folder, "secret"), "secret of " + token);
    }

    private IEnumerable<string> Judge(Fate fate, string token, byte[] large, int exitCode, string said)
    {
        if (fate == Fate.Fails)
        {
            if (exitCode == 0) yield return "it succeeds though a step fails";
            else if (!said.Contains(string.Create(CultureInfo.InvariantCulture, $"exit code: {ExitCode}"), StringComparison.Ordinal)) yield return $"it does not fail by its step: {Tail(said)}";
            yield break;
        }
        if (exitCode != 0)
        {
            if (fate == Fate.Succeeds) yield return $"it ends with {exitCode}: {Tail(said)}";
            yield break;
        }
        if (Read("token") is not { } got || System.Text.Encoding.UTF8.GetString(got) != token) yield return "the token in its result is not its own";
        if (Read("both") is not { } both || System.Text.Encoding.UTF8.GetString(both) != $"{token}secret of {token}") yield return "what its step wrote is not of its own token and secret";
        if (Read("large") is not { } big || !big.AsSpan().SequenceEqual(large)) yield return "the large file in its result is not its own";
    }

    private byte[]? Read(string name) => File.Exists(Path.Combine(Output, name)) ? File.ReadAllBytes(Path.Combine(Output, name)) : null;

    private static string Tail(params IEnumerable<string> said) => string.Join(" / ", string.Concat(said).Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(12));

    [LibraryImport("libc")]
    private static partial int kill(int process, int signal);
}
