using System.Diagnostics;
using System.Globalization;
using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;
using Platform = MsBuildKit.Engine.Oci.Platform;
using StepNetwork = MsBuildKit.Engine.Frontends.Project.StepNetwork;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>The programs that are measured on our side. Each is a process of its own, so that starting .NET counts.</summary>
internal static class EngineSide
{
    private const long Epoch = 1_700_000_000;

    /// <summary>Builds an image with steps and leaves it as a layout and nothing else. Prints the most memory that this process held.</summary>
    public static async Task BuildAsync(StepPlaces places, string output, Compression compression, StepNetwork network, IReadOnlyList<string> commands)
    {
        using var services = Services(places);
        var request = new BuildRequest
        {
            ProjectName = "steps",
            Images =
            [
                new ProjectImage
                {
                    Platform = Platform.LinuxAmd64,
                    Base = new RegistryBase(ImageReference.Parse(places.Base)),
                    Files = [],
                    Config = new ProjectImageConfig { WorkingDirectory = "/", AppCommand = ["/bin/true"] },
                    Steps = [.. commands.Select((c, i) => new ProjectStep { Name = $"step{i}", Command = c, Network = network })],
                },
            ],
            Repository = "steps",
            Tags = ["1"],
            OutputDirectory = output,
            CacheDirectory = places.Store,
            SourceDateEpoch = Epoch,
            Compression = compression,
            Sbom = false,
            Provenance = false,
            Parallelism = Environment.ProcessorCount,
        };
        await new Builder(services).BuildAsync(request, null, default);
        Console.WriteLine(ProcessTreeMemory.OfThisProcess());
    }

    /// <summary>Runs the commands on the base, none after another, and lays what they leave on one another.</summary>
    public static async Task GraphAsync(StepPlaces places, IReadOnlyList<string> commands)
    {
        using var services = Services(places);
        var store = new LocalContentStore(places.Store);
        await using (store)
        {
            var session = new BuildSession([], new Dictionary<string, IContentSource>());
            var layers = new LayerOptions(Parallelism: Environment.ProcessorCount);
            var locks = KeyLocks.OfStore(store.Root);
            var images = new RegistryImages(services.Registries, store);
            var worker = new RootlessWorker(services.Worker!, store.Root, new StepGrants());
            await using (worker)
            {
                var trees = new LentTrees(session, new FileFactsCache(Path.Combine(store.Root, "facts"), TimeProvider.System));
                var results = new TreeLayers(store, new DescribedLayers(store, trees.Places, layers), layers);
                var steps = new StepWorker(store, new LayerMaterializer(store, locks, null), worker, session, results, new StepOptions { Layers = layers, SourceDateEpoch = Epoch, Time = TimeProvider.System }, null);
                using var solver = new Solver<VertexResult>(
                    new EngineWorker(store, session, trees, images, layers, results, steps),
                    new FileCacheIndex(Path.Combine(store.Root, "index"), TimeProvider.System),
                    KeyLocks.OfVertices(store.Root),
                    new SolverOptions { Time = TimeProvider.System, Slots = Environment.ProcessorCount });
                var ground = LlbState.Image(places.Base, Platform.LinuxAmd64);
                var left = commands.Select(c => LlbState.Diff(ground, ground.Run(new ExecOptions { Args = ["/bin/sh", "-c", c], Network = NetMode.None }, Platform.LinuxAmd64, c).Root));
                await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(LlbState.Merge("all", left))), default);
            }
        }
    }

    /// <summary>Starts a worker and ends it. Prints the milliseconds from asking for it to its greeting.</summary>
    public static async Task StartWorkerAsync(StepPlaces places)
    {
        var program = Worker();
        Directory.CreateDirectory(places.Store);
        var watch = Stopwatch.StartNew();
        var process = await NamespaceProcess.StartAsync(program, WorkerArguments.Of(program, places.Store).ToList(), default);
        await using (process)
        {
            var connection = new WorkerConnection(new FrameChannel<Frame>(Frame.Parser, process.Output, process.Input));
            await using (connection)
            {
                await connection.GreetAsync(default);
                Console.WriteLine(watch.Elapsed.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Unpacks a layer, which is in the store already, in namespaces like the worker's.</summary>
    public static async Task UnpackAsync(StepPlaces places, string digest, string diffId)
    {
        var program = Worker() with { Command = [Environment.ProcessPath!] };
        var inside = await NamespaceProcess.StartAsync(program, ["step-unpack-inside", places.Base, places.Store, digest, diffId], default);
        await using (inside)
            if (await inside.WaitAsync(default) is not 0 and var code)
                throw new InvalidOperationException($"unpacking ended with {code}: {inside.Errors}");
    }

    /// <summary>The other half of <see cref="UnpackAsync"/>.</summary>
    public static async Task UnpackInsideAsync(StepPlaces places, string digest, string diffId)
    {
        var store = new LocalContentStore(places.Store);
        await using (store)
        {
            var blob = Digest.Parse(digest);
            var layer = new Layer
            {
                CreatedBy = "benchmark", DiffId = Digest.Parse(diffId), Blob = new Descriptor { MediaType = MediaTypes.Layer(Compression.Gzip), Digest = blob, Size = await store.FindSizeAsync(blob, default) ?? 0 },
            };
            var snapshots = SnapshotStore.Of(store, StepIds.First);
            using var stack = await snapshots.EnsureAsync([layer], default);
        }
    }

    private static BuilderServices Services(StepPlaces places) => new()
    {
        Time = TimeProvider.System,
        Registries = new Registries(
            new HostCredentials(new Dictionary<string, string>(), Path.GetDirectoryName(places.Store)!), new RegistryOptions { Time = TimeProvider.System, Random = new Random() }),
        Mirrors = new HttpClient(),
        LocalEngines = new LocalEngineLoader([]),
        Worker = Worker,
    };

    // As the tasks find it: beside themselves, on the .NET that runs them.
    private static WorkerProgram Worker()
    {
        var path = Environment.GetEnvironmentVariable("PATH")!.Split(':');
        return new WorkerProgram
        {
            Command = [ProgramPath.Find(path, "dotnet") ?? throw new InvalidOperationException("There is no dotnet on the PATH."), Path.Combine(AppContext.BaseDirectory, "msbuildkit-worker.dll")],
            SearchPath = path,
            User = HostUser.Current("/etc/passwd", null),
        };
    }
}
