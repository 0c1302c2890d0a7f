using System.Collections.Concurrent;
using MsBuildKit.TestKit.Secrets;

namespace MsBuildKit.Faults.Secrets;

/// <summary>Looks at the command line and the environment of every process that begins meanwhile, again and again.</summary>
internal sealed class ProcessWatch : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    private readonly SecretHunt _hunt;
    private readonly HashSet<string> _before = [.. Processes()];
    private readonly HashSet<(string, string)> _seen = [];
    private readonly ConcurrentQueue<(string What, SecretHit Hit)> _hits = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Thread _thread;

    public ProcessWatch(SecretHunt hunt)
    {
        _hunt = hunt;
        _thread = new Thread(Watch) { IsBackground = true };
        _thread.Start();
    }

    /// <summary>How many different command lines and environments were seen.</summary>
    public int Count => _seen.Count;

    /// <summary>Ends it; what was found in a <c>cmdline</c> or an <c>environ</c>.</summary>
    public IReadOnlyList<(string What, SecretHit Hit)> Finish()
    {
        _stop.Cancel();
        _thread.Join();
        return [.. _hits.Distinct()];
    }

    public void Dispose()
    {
        Finish();
        _stop.Dispose();
    }

    private static IEnumerable<string> Processes() => Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d["/proc/".Length]));

    private void Watch()
    {
        while (!_stop.Token.WaitHandle.WaitOne(s_pause))
            foreach (var process in Processes().Where(p => !_before.Contains(p)))
                foreach (var what in new[] { "cmdline", "environ" })
                    Look(process, what);
    }

    private void Look(string process, string what)
    {
        try
        {
            var bytes = File.ReadAllBytes(Path.Combine(process, what));
            if (bytes.Length == 0 || !_seen.Add((what, Convert.ToBase64String(bytes)))) return;
            var name = File.ReadAllText(Path.Combine(process, "comm")).Trim();
            foreach (var hit in _hunt.Find($"the {what} of {name}", bytes)) _hits.Enqueue((what, hit));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is somebody else's.
        }
    }
}
