using MsBuildKit.Benchmarks.Measuring;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>The commands that run <see cref="EngineSide"/>, as an unprivileged user with one store for all of them.</summary>
internal sealed class EngineCommands(UnprivilegedUser user, DebianBase ground, string folder)
{
    private int _outputs;

    private string Store => Path.Combine(folder, "store");

    /// <summary>Builds an image with steps into a new layout.</summary>
    public MeasuredCommand Build(IEnumerable<string> commands, Compression compression = Compression.Gzip, StepNetwork network = StepNetwork.Default) =>
        Command(["step-build", ground.Reference, Store, Path.Combine(folder, $"out{_outputs++}"), compression.ToString(), network.ToString(), .. commands]);

    /// <summary>Runs steps that do not need each other.</summary>
    public MeasuredCommand Graph(IEnumerable<string> commands) => Command(["step-graph", ground.Reference, Store, .. commands]);

    public MeasuredCommand StartWorker() => Command("step-worker", ground.Reference, Store);

    /// <summary>Unpacks the base into a store that has its blob.</summary>
    public MeasuredCommand Unpack(string store) => Command("step-unpack", ground.Reference, store, ground.Digest, ground.DiffId);

    /// <summary>A new store that has the blob of the base, and nothing unpacked.</summary>
    public async Task<string> MakeStoreAsync(string name)
    {
        var store = Path.Combine(folder, name);
        var blob = Path.Combine(store, "blobs", ground.Digest.Replace(':', '/'));
        await user.Command("mkdir", "-p", Path.GetDirectoryName(blob)!).RunAsync();
        await user.Command("cp", ground.Blob, blob).RunAsync();
        return store;
    }

    private MeasuredCommand Command(params IEnumerable<string> arguments) => user.Command(arguments.Prepend(Environment.ProcessPath!));
}
