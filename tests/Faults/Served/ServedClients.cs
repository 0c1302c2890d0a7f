using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Served;

/// <summary>Clients that build at the same time, each in a folder of its own: docker buildx, and every second one buildctl where the machine has it.</summary>
internal sealed class ServedClients
{
    private readonly IReadOnlyList<ServedClient> _clients;
    private readonly Dictionary<string, string> _environment;
    private TimeSpan _usual = TimeSpan.FromSeconds(10);

    private ServedClients(IReadOnlyList<ServedClient> clients, Dictionary<string, string> environment) => (_clients, _environment) = (clients, environment);

    public static async Task<ServedClients> CreateAsync(TempFolder folder, string address, int count)
    {
        var environment = new Dictionary<string, string> { ["DOCKER_CONFIG"] = folder["docker"], ["BUILDX_BUILDER"] = "served" };
        var clients = Enumerable.Range(0, count).Select(i =>
        {
            var own = Directory.CreateDirectory(folder[$"client{i}"]).FullName;
            return new ServedClient(own, i % 2 == 1 && FindBuildctl() is { } buildctl ? Buildctl(buildctl, address, own) : Buildx(own), environment);
        });
        var all = new ServedClients([.. clients], environment);
        (await all.RunAsync("create", "--name", "served", "--driver", "remote", address)).Succeeded();
        return all;
    }

    /// <summary>All of them build at once. Says what was not as it should be.</summary>
    /// <param name="fates">What becomes of each.</param>
    /// <param name="random">Says when the signals come.</param>
    /// <param name="tally">What became of them: a cancelled one may have been done by then.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<List<string>> BuildAsync(Fate[] fates, Random random, SortedDictionary<Fate, int> tally, CancellationToken cancellationToken)
    {
        var when = fates.Select(_ => _usual * random.NextDouble()).ToList();
        var ends = await Task.WhenAll(_clients.Select((c, i) => c.BuildAsync(fates[i], when[i], cancellationToken)));
        var took = ends.Where((e, i) => fates[i] == Fate.Succeeds).Select(e => e.Took).Order().ToList();
        _usual = took[took.Count / 2];
        for (var i = 0; i < fates.Length; i++)
        {
            var fate = ends[i].Ended ? Fate.Succeeds : fates[i];
            tally[fate] = tally.GetValueOrDefault(fate) + 1;
        }
        return [.. ends.SelectMany((e, i) => e.Wrong.Select(w => $"client {i} ({fates[i]}): {w}"))];
    }

    /// <summary>Builds that the daemon still takes for running, as its history says.</summary>
    public async Task<IEnumerable<string>> FindRunningAsync() =>
        (await RunAsync("history", "ls", "--filter", "status=running", "--format", "{{.Ref}}")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(r => $"the build '{r}' still runs");

    private Task<CommandResult> RunAsync(params string[] arguments) =>
        Command.RunAsync(RealTool.Find("docker-buildx"), arguments, environment: _environment.ToDictionary(e => e.Key, e => (string?)e.Value));

    private static Func<string, string, IReadOnlyList<string>> Buildx(string own) => (context, output) =>
        [RealTool.Find("docker-buildx"), "build", "--progress", "plain", "--secret", $"id=secret,src={Path.Combine(own, "secret")}", "--output", $"type=local,dest={output}", context];

    private static Func<string, string, IReadOnlyList<string>> Buildctl(string program, string address, string own) => (context, output) =>
    [
        program, "--addr", address, "build", "--progress", "plain", "--frontend", "dockerfile.v0", "--local", $"context={context}", "--local", $"dockerfile={context}",
        "--secret", $"id=secret,src={Path.Combine(own, "secret")}", "--output", $"type=local,dest={output}",
    ];

    private static string? FindBuildctl() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, "buildctl")).FirstOrDefault(File.Exists);
}
