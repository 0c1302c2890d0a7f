using System.Globalization;
using System.Text;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Faults.Projects;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Processes;

/// <summary>Many processes build in one store at once, often the same; some are killed, and a collection keeps the store small meanwhile.</summary>
/// <remarks>
/// Each process writes down what it does. Together that must show one digest for each project, the same as of a build alone; no step
/// executed while another process is at it or while its result is there, which it is until a collection took it; and nobody who waits long.
/// What is left in the end must be whole, and after a last collection each byte of it belongs to something.
/// </remarks>
internal sealed class ProcessesDrill : Drill
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromSeconds(30);

    public override string Name => "processes";

    public override string Promise => "processes that share a store, some killed, while it is collected: one digest, no work twice, no long wait, nothing left over";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var (processes, builds, size, kills) = scale == Scale.Full ? (16, 25, 1_000_000, 20) : (6, 6, 200_000, 2);
        using var folder = new TempFolder("processes");
        var seed = Environment.TickCount;
        Console.WriteLine($"   seed {seed}");
        var projects = BuildingChild.ProjectsFor(builds);
        var pool = new ProjectPool(folder["pool"]);
        pool.Generate(projects, size, seed);
        Directory.CreateDirectory(BuildingChild.HistoryOf(folder.Path));
        var (images, steps) = await BuildAloneAsync(pool, projects, folder, cancellationToken);

        using var fleet = new Fleet(folder.Path, seed, processes, builds);
        await fleet.RunAsync(kills, keep: 4L * size, cancellationToken);
        var broken = new List<string>(fleet.Broken);
        var history = new History(BuildingChild.HistoryOf(folder.Path), fleet.Killed);
        broken.AddRange(history.FindDivergence(images));
        var (executions, duplicates) = history.FindDuplicates(steps);
        if (duplicates.Count * 100 > executions) broken.AddRange(duplicates);
        var (wait, waiting) = history.FindLongestWait();
        if (wait > s_longestWait) broken.Add($"{waiting} waited {wait.TotalSeconds:F1} s without progress");
        if (history.Builds < processes * builds) broken.Add($"only {history.Builds} of {processes * builds} builds ended");
        for (var i = 0; i < processes; i++) broken.AddRange(await ImageCheck.FindAsync(BuildingChild.OutputOf(folder.Path, i), cancellationToken));
        var bytes = await CheckStoreAsync(BuildingChild.StoreOf(folder.Path), broken, cancellationToken);
        return new DrillResult(
            string.Create(CultureInfo.InvariantCulture, $"{processes} processes, {history.Builds} builds of {projects} projects, {fleet.Killed.Count} killed, {history.Removed} blobs and records collected meanwhile; {executions} steps executed, {duplicates.Count} of them twice, {history.Found} found; longest wait {wait.TotalSeconds:F1} s; {bytes:N0} bytes left, all accounted for"),
            broken.Count == 0 ? [] : [$"seed {seed}", .. broken]);
    }

    public override async Task<int> RunChildAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        switch (arguments)
        {
            case ["build", var root, var seed, var number, var first, var count]:
                await new BuildingChild(root, Number(number), Number(seed)).RunAsync(Number(first), Number(count), cancellationToken);
                return 0;
            case ["collect", var root, var keep]:
                await new CollectingChild(root, long.Parse(keep, CultureInfo.InvariantCulture)).RunAsync(cancellationToken);
                return 0;
            default:
                return 2;
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    // What each project and each of its steps comes to when nobody disturbs.
    private static async Task<(Dictionary<string, string> Images, Dictionary<string, string> Steps)> BuildAloneAsync(
        ProjectPool pool, int projects, TempFolder folder, CancellationToken cancellationToken)
    {
        var (images, steps) = (new Dictionary<string, string>(), new Dictionary<string, string>());
        for (var i = 0; i < projects; i++)
        {
            var key = BuildingChild.KeyOf(i);
            var result = await new Builder(ProjectPool.Services).BuildAsync(pool.Request(i, folder["alone/store"], folder["alone/out"]), null, cancellationToken);
            images[key] = result.Image.Digest.ToString();
            var layers = ImageManifest.Parse(Encoding.UTF8.GetBytes(result.Images[0].ManifestJson)).Layers.Select(l => l.Digest.ToString()).ToList();
            var titles = ImageConfig.Parse(Encoding.UTF8.GetBytes(result.Images[0].ConfigJson)).History!.Select(h => h.CreatedBy!);
            foreach (var (title, layer) in titles.Zip(layers)) steps[$"{key} {title}"] = layer;
            steps[$"{key} put the image together"] = string.Join(' ', layers.Order(StringComparer.Ordinal));
        }
        return (images, steps);
    }

    // Returns the bytes that are left.
    private static async Task<long> CheckStoreAsync(string store, List<string> broken, CancellationToken cancellationToken)
    {
        var found = await new StoreVerifier(store, Environment.ProcessorCount).VerifyAsync(repair: false, cancellationToken);
        broken.AddRange(found.Faults.Select(f => $"verify: '{f.File.Path}': {f.Problem}"));
        // What was being written when its process was killed is left alone for an hour.
        var policy = new CollectionPolicy { All = true, Filter = new CollectionFilter { Unreferenced = true } };
        new StoreCollector(store, new LaterTime(TimeSpan.FromHours(2))).Collect(policy, dryRun: false, cancellationToken);
        var (bytes, differences) = StoreAccount.Check(store);
        broken.AddRange(differences);
        var usage = StoreUsage.Read(store);
        var files = usage.Parts.Where(p => p.Name != "folders").Sum(p => p.Size);
        if (files != bytes) broken.Add($"the store has {files} bytes, and its live set {bytes}");
        var du = (await Command.RunAsync("du", ["-sb", store])).Succeeded().Output.Split('\t')[0];
        if (du != usage.Size.ToString(CultureInfo.InvariantCulture)) broken.Add($"'du -sb' counts {du} bytes, 'msbuildkit du' {usage.Size}");
        return bytes;
    }

    private sealed class LaterTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + by;
    }
}
