using System.Diagnostics;
using MsBuildKit.Engine.Content;
using MsBuildKit.Faults.Builds;

namespace MsBuildKit.Faults.StepKills;

/// <summary>One project, who builds it, and what is looked for afterwards.</summary>
internal sealed class StepKillBench(string drill, string folder, string temp) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2), s_longestBuild = TimeSpan.FromSeconds(30);

    private readonly StepProject _project = new(folder);
    private BuildServer? _server;
    private string _wanted = "";
    private TimeSpan _usual;

    /// <summary>Builds undisturbed, to know the result and the time it takes.</summary>
    public async Task WarmAsync(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Clean(all: true);
            var clock = Stopwatch.StartNew();
            _wanted = await (await ServerAsync()).BuildAsync();
            _usual = clock.Elapsed;
            if (!_wanted.StartsWith("built ", StringComparison.Ordinal)) throw new InvalidOperationException($"The drill's own build ends so: {_wanted}");
        }
    }

    /// <summary>As if nothing had been built, or as if its results were forgotten.</summary>
    public void Clean(bool all)
    {
        foreach (var path in new[] { _project.Output, all ? _project.Store : Path.Combine(_project.Store, "index") })
            if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

    /// <summary>Builds, and does a harm at a random moment.</summary>
    public async Task<(bool Stopped, TimeSpan Took, IReadOnlyList<string> Wrong)> HarmAsync(string harm, Random random)
    {
        var server = await ServerAsync();
        var building = server.BuildAsync();
        await Task.WhenAny(building, Task.Delay(_usual * random.NextDouble()));
        long asked;
        if (harm is "cancel" or "build")
        {
            asked = Stopwatch.GetTimestamp();
            if (harm == "cancel") server.Cancel();
            else server.Kill();
        }
        else
        {
            Family.Member? victim;
            while ((victim = Find(harm)) is null && !building.IsCompleted) await Task.WhenAny(building, Task.Delay(2));
            await Task.WhenAny(building, Task.Delay(random.Next(20)));
            asked = Stopwatch.GetTimestamp();
            if (victim is not null) Family.Kill(victim);
        }
        var answer = await building.WaitAsync(s_longestBuild);
        if (harm == "build")
        {
            server.Dispose();
            _server = null;
            while (Family.List().Count > 0 && Stopwatch.GetElapsedTime(asked) < s_patience) await Task.Delay(5);
        }
        // Without its network or its keys a step may go on to its end.
        var took = answer == _wanted ? TimeSpan.Zero : Stopwatch.GetElapsedTime(asked);
        return (answer != _wanted, took, [.. Judge(harm, answer)]);
    }

    /// <summary>What must not be there when no build runs.</summary>
    public IReadOnlyList<string> FindLeftovers()
    {
        // What ends with the first process of its namespace ends a moment after it; two seconds are what is promised.
        var asked = Stopwatch.GetTimestamp();
        for (Family.Bury(_server?.Id ?? 0); FindRunning().Any() && Stopwatch.GetElapsedTime(asked) < s_patience; Family.Bury(_server?.Id ?? 0)) Thread.Sleep(10);
        string[] left = Directory.GetFileSystemEntries(temp);
        // What one harm leaves is told once.
        foreach (var path in left.Where(Directory.Exists)) Directory.Delete(path, recursive: true);
        foreach (var path in left.Where(File.Exists)) File.Delete(path);
        return
        [
            .. FindRunning().Select(m => $"'{m.Name}' still runs"),
            .. FindMounts().Distinct().Select(m => $"still mounted: {m}"),
            .. FindLocks().Select(l => $"'{l}' is still locked"),
            .. left.Select(e => $"'{e}' is left"),
        ];
    }

    private IEnumerable<Family.Member> FindRunning() => Family.List().Where(m => m.Id != _server?.Id);

    /// <summary>Builds again on what is left, and says what is not as it should be.</summary>
    public async Task<IReadOnlyList<string>> JudgeNextAsync()
    {
        var answer = await (await ServerAsync()).BuildAsync().WaitAsync(s_longestBuild);
        var wrong = FindLeftovers().ToList();
        if (answer != _wanted) wrong.Add($"'{answer}' instead of '{_wanted}'");
        wrong.AddRange(await BuildJudge.VerifyAsync(_project.Store));
        var staging = Path.Combine(_project.Store, StoreTrees.Snapshots, StoreTrees.Staging);
        wrong.AddRange(Directory.EnumerateFileSystemEntries(staging).Concat(Directory.EnumerateFiles(_project.Output, "*.new", SearchOption.AllDirectories)).Select(e => $"'{e}' is left"));
        wrong.AddRange(BuildJudge.Sweep(_project.Store));
        return wrong;
    }

    public void Dispose() => _server?.Dispose();

    private async Task<BuildServer> ServerAsync() => _server ??= await BuildServer.StartAsync(drill, folder, temp);

    private IEnumerable<string> Judge(string harm, string answer)
    {
        if (answer == _wanted) yield break;
        if (harm == "cancel" ? answer != "cancelled" : harm == "build" ? answer != "dead" : !answer.StartsWith("failed MBK", StringComparison.Ordinal)) yield return $"it ends so: {answer}";
    }

    // The worker is what unshare started; a runtime is what the worker did.
    private Family.Member? Find(string harm)
    {
        var all = Family.List();
        var launcher = all.FirstOrDefault(m => m.Name == "unshare");
        return harm switch
        {
            "launcher" => launcher,
            "worker" => all.FirstOrDefault(m => m.Parent == launcher?.Id),
            "runtime" => all.FirstOrDefault(m => m.Name == "crun"),
            "network" => all.FirstOrDefault(m => m.Name.StartsWith("pasta", StringComparison.Ordinal)),
            _ => all.FirstOrDefault(m => m.Name == "ssh-agent"),
        };
    }

    // In whatever namespace somebody lives.
    private IEnumerable<string> FindMounts() =>
        Directory.EnumerateDirectories("/proc").Where(d => char.IsAsciiDigit(d[^1])).SelectMany(d => TryReadLines(Path.Combine(d, "mountinfo"))).Where(l => l.Contains(folder, StringComparison.Ordinal));

    private IEnumerable<string> FindLocks() => !Directory.Exists(_project.Store) ? [] : Directory.EnumerateFiles(_project.Store, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
        .Where(f => f.StartsWith(Path.Combine(_project.Store, "locks"), StringComparison.Ordinal) || f.EndsWith("lock", StringComparison.Ordinal)).Where(IsLocked);

    private static bool IsLocked(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string[] TryReadLines(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
