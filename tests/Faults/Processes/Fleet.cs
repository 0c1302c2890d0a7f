using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MsBuildKit.Faults.Processes;

/// <summary>The processes of the drill: those that build and the one that collects. Some are killed, and started again.</summary>
internal sealed class Fleet(string root, int seed, int processes, int builds) : IDisposable
{
    private const int Collector = -1;

    private readonly ConcurrentDictionary<int, Process> _running = new();
    private readonly ConcurrentDictionary<int, long> _killed = new();
    private readonly ConcurrentQueue<string> _broken = new();
    private int _done;
    private volatile bool _ended;

    /// <summary>When each killed process was killed, by its number.</summary>
    public IReadOnlyDictionary<int, long> Killed => _killed;

    /// <summary>What processes said that failed by themselves.</summary>
    public IReadOnlyCollection<string> Broken => _broken;

    /// <summary>Runs all builds to their end.</summary>
    public async Task RunAsync(int kills, long keep, CancellationToken cancellationToken)
    {
        var collecting = CollectAsync(keep, cancellationToken);
        var building = Task.WhenAll(Enumerable.Range(0, processes).Select(n => BuildAsync(n, cancellationToken)));
        var killing = KillAsync(kills, building, cancellationToken);
        await building;
        await killing;
        _ended = true;
        if (_running.TryGetValue(Collector, out var collector)) collector.StandardInput.Close();
        await collecting;
    }

    public void Dispose()
    {
        foreach (var process in _running.Values)
        {
            process.Kill();
            process.WaitForExit();
        }
    }

    private async Task BuildAsync(int number, CancellationToken cancellationToken)
    {
        for (var next = 0; next < builds && _broken.IsEmpty;)
        {
            var arguments = new[] { "build", root, Text(seed), Text(number), Text(next), Text(builds) };
            if (!await RunChildAsync(number, arguments, line => next = int.Parse(line, CultureInfo.InvariantCulture) + 1, cancellationToken)) return;
        }
    }

    private async Task CollectAsync(long keep, CancellationToken cancellationToken)
    {
        while (!_ended && await RunChildAsync(Collector, ["collect", root, keep.ToString(CultureInfo.InvariantCulture)], _ => { }, cancellationToken)) ;
    }

    // False when it failed, which being killed is not.
    private async Task<bool> RunChildAsync(int number, string[] arguments, Action<string> told, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["child", "processes", .. arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _running[number] = process;
        // One that was started just when all else ended: nobody else tells it.
        if (_ended) process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync(cancellationToken);
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            told(line);
            Interlocked.Increment(ref _done);
        }
        await process.WaitForExitAsync(cancellationToken);
        _running.TryRemove(number, out _);
        if (_killed.ContainsKey(process.Id) || process.ExitCode == 0) return true;
        _broken.Enqueue($"process {number} ({string.Join(' ', arguments)}) ended with {process.ExitCode}: {await error}");
        return false;
    }

    // When so many builds are done, whoever runs then: spread over the whole drill.
    private async Task KillAsync(int kills, Task building, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        var moments = Enumerable.Range(0, kills).Select(_ => random.Next(processes * builds * 9 / 10)).Order().ToList();
        foreach (var moment in moments)
        {
            while (_done < moment && !building.IsCompleted) await Task.Delay(5, cancellationToken);
            await Task.Delay(random.Next(50), cancellationToken);
            var running = _running.ToArray();
            if (running.Length == 0) continue;
            var victim = running[random.Next(running.Length)].Value;
            Kill(victim);
        }
    }

    private void Kill(Process victim)
    {
        try
        {
            _killed[victim.Id] = Stopwatch.GetTimestamp();
            victim.Kill();
        }
        catch (InvalidOperationException)
        {
            // It came to its end first.
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
