using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>BuildKit's daemon, as root, which is its fastest way: nothing stands between its steps and the machine's network and ids.</summary>
internal sealed class BuildkitServer : IDisposable
{
    private readonly ServerProcess _process;
    private readonly string _folder;

    private BuildkitServer(ServerProcess process, string folder, Buildctl client) => (_process, _folder, Client) = (process, folder, client);

    public int ProcessId => _process.Id;

    /// <summary>Whether it ended, which it should not.</summary>
    public bool HasEnded => _process.HasEnded;

    /// <summary>What it said.</summary>
    public IReadOnlyCollection<string> Log => _process.Log;

    /// <summary>What speaks to it.</summary>
    public Buildctl Client { get; }

    public static async Task<BuildkitServer> StartAsync(string programs, string folder, string registry)
    {
        Directory.CreateDirectory(Path.Combine(folder, "empty"));
        var settings = Path.Combine(folder, "buildkitd.toml");
        await File.WriteAllTextAsync(settings, $"[registry.\"{registry}\"]\n  http = true\n");
        var client = new Buildctl(Path.Combine(programs, "buildctl"), $"unix://{folder}/socket");
        string[] arguments =
        [
            "--root", Path.Combine(folder, "root"), "--addr", client.Address, "--config", settings, "--containerd-worker=false", "--oci-worker=true",
            "--oci-worker-snapshotter=overlayfs", "--oci-worker-binary=runc", "--oci-worker-gc=false", "--oci-worker-net=host",
            "--allow-insecure-entitlement=network.host", "--allow-insecure-entitlement=security.insecure",
        ];
        return new BuildkitServer(await ServerProcess.StartAsync(Path.Combine(programs, "buildkitd"), arguments, client), folder, client);
    }

    /// <summary>Builds a Dockerfile; the result stays in the daemon when <paramref name="output"/> is <c>null</c>.</summary>
    /// <param name="dockerfile">Its text.</param>
    /// <param name="output">The value of buildctl's <c>--output</c>.</param>
    public MeasuredCommand Build(string dockerfile, string? output)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "file")).FullName;
        File.WriteAllText(Path.Combine(folder, "Dockerfile"), dockerfile);
        return Build(folder, $"{_folder}/empty", output);
    }

    /// <summary>Builds the Dockerfile of a folder; the result stays in the daemon when <paramref name="output"/> is <c>null</c>.</summary>
    public MeasuredCommand Build(string folder, string context, string? output) => Client.Build(folder, context, output);

    /// <summary>The command line that solves the definition on its input, anew.</summary>
    /// <param name="layout">The value of buildctl's <c>--oci-layout</c>.</param>
    /// <param name="output">The value of its <c>--output</c>.</param>
    public IReadOnlyList<string> Solve(string layout, string output) =>
        [Client.Program, "--addr", Client.Address, "build", "--progress=plain", "--no-cache", "--oci-layout", layout, "--output", output];

    /// <summary>The command line that builds a Dockerfile.</summary>
    /// <param name="arguments">buildctl's, for all that the frontend is to know.</param>
    public IReadOnlyList<string> Frontend(IEnumerable<string> arguments) =>
        [Client.Program, "--addr", Client.Address, "build", "--progress=plain", "--frontend", "dockerfile.v0", .. arguments];

    public void Dispose() => _process.Dispose();
}
