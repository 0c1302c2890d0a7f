using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Frontends.Project;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Faults.Registry;

/// <summary>Builds on a base that must be pulled whole, each time with an empty store.</summary>
internal sealed class PullDrill(DockerRegistry registry, FaultProxy proxy, int seed) : IDisposable
{
    private const int Workers = 8;
    private const string Base = "drill/base";
    private const string Tag = "1.0";

    private readonly TempFolder _folder = new("pull");
    private readonly List<string> _wrong = [];
    private Digest _expected;

    /// <summary>Builds that ended with an error or with other bytes, since this was asked last.</summary>
    public IReadOnlyList<string> Take()
    {
        string[] wrong = [.. _wrong];
        _wrong.Clear();
        return wrong;
    }

    /// <summary>Pushes the base and builds on it once, with nothing going wrong.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        proxy.Plan = FaultPlan.None;
        // Below and above what the engine keeps in memory.
        ProjectFile[] files = [File("etc/base", 900_000, ComponentKind.Framework), File("etc/more", 150_000, ComponentKind.Package), File("etc/little", 2_000, ComponentKind.Application)];
        await BuildAsync(Request("base", new ScratchBase(), files) with { Repository = Base, Registry = registry.Host, Outputs = [new RegistryOutput(registry.Host)] }, cancellationToken);
        _expected = await PullAsync("first", cancellationToken);
    }

    /// <param name="first">The number of the first pull.</param>
    public async Task RunAsync(int first, int pulls, CancellationToken cancellationToken) =>
        await Parallel.ForEachAsync(Enumerable.Range(first, pulls), new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = cancellationToken }, async (i, token) =>
        {
            var place = $"pull {i}, seed {seed}";
            try
            {
                if (await PullAsync($"{i}", token) is var found && found != _expected) Tell($"{place}: the image became {found} instead of {_expected}");
                foreach (var path in Directory.GetFiles(_folder[$"{i}/out/blobs/sha256"]))
                    if (Digest.Of(await System.IO.File.ReadAllBytesAsync(path, token)).Hex != Path.GetFileName(path)) Tell($"{place}: '{path}' has other bytes");
            }
            catch (BuildException e)
            {
                Tell($"{place}: {e.Code} {e.Message}");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Tell($"{place}: {e}");
            }
            Directory.Delete(_folder[$"{i}"], recursive: true);
        });

    public void Dispose() => _folder.Dispose();

    private async Task<Digest> PullAsync(string name, CancellationToken cancellationToken)
    {
        var ground = new RegistryBase(ImageReference.Create(proxy.Host, Base, Tag));
        return (await BuildAsync(Request(name, ground, [File("app/app.dll", 3_000, ComponentKind.Application)]), cancellationToken)).Image.Digest;
    }

    private static async Task<BuildResult> BuildAsync(BuildRequest request, CancellationToken cancellationToken)
    {
        using var client = new DrillClient(request.OutputDirectory!.GetHashCode(StringComparison.Ordinal));
        return await new Builder(client.Services).BuildAsync(request, null, cancellationToken);
    }

    private BuildRequest Request(string name, BaseImage ground, IReadOnlyList<ProjectFile> files) => new()
    {
        ProjectName = "Drill",
        Images = [new ProjectImage { Platform = Platform.LinuxAmd64, Base = ground, Files = files, Config = new ProjectImageConfig { WorkingDirectory = "/app", User = "1654", AppCommand = ["/app/app"] } }],
        Repository = "drill/app",
        Tags = [Tag],
        OutputDirectory = _folder[$"{name}/out"],
        CacheDirectory = _folder[$"{name}/cache"],
        SourceDateEpoch = 1_700_000_000,
    };

    private ProjectFile File(string path, int size, ComponentKind kind)
    {
        var file = _folder["src/" + path];
        if (!System.IO.File.Exists(file))
        {
            var bytes = new byte[size];
            new Random(size).NextBytes(bytes);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            System.IO.File.WriteAllBytes(file, bytes);
        }
        return new ProjectFile("/" + path, file, new Component(kind, path.Replace('/', '.'), "1.0"));
    }

    private void Tell(string what)
    {
        lock (_wrong) _wrong.Add(what);
    }
}
