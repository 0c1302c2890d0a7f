using MsBuildKit.Engine;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Faults.Projects;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Faults.Rot;

/// <summary>A store with a few built projects in it, a layout for each, and a registry to push to.</summary>
internal sealed class RotBench : IAsyncDisposable
{
    private const int Size = 60_000;

    private readonly TempFolder _folder = new("rot");
    private readonly TestRegistry _registry;
    private readonly ProjectPool _pool;
    private readonly BuilderServices _services;
    private readonly List<Descriptor> _images = [];
    private readonly List<IReadOnlyList<string>> _files = [];

    private RotBench(TestRegistry registry)
    {
        _registry = registry;
        _pool = new ProjectPool(_folder["pool"]);
        _services = ProjectPool.Services with
        {
            Registries = new Registries(
                new HostCredentials(new Dictionary<string, string>(), _folder.Path), new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) }),
        };
    }

    public string Store => _folder["store"];

    public static async Task<RotBench> StartAsync(int projects, int seed, CancellationToken cancellationToken)
    {
        var bench = new RotBench(await TestRegistry.StartAsync());
        bench._pool.Generate(projects, Size, seed);
        // Facts are kept only of files that did not change just now.
        await Task.Delay(100, cancellationToken);
        for (var i = 0; i < projects; i++)
        {
            var before = bench.StoredFiles().ToHashSet();
            bench._images.Add((await bench.BuildAsync(i, bench.LayoutOf(i), [], cancellationToken)).Image);
            bench._files.Add([.. bench.StoredFiles().Except(before)]);
        }
        return bench;
    }

    /// <summary>The layout that each build of a project leaves, unless it is told another place.</summary>
    public string LayoutOf(int project) => _folder[$"out/{project}"];

    /// <summary>A file of the store that came with a project: a blob, a record, or facts, as the first part of its path says. A record that a
    /// repair removed and no build asked for since is not among them.</summary>
    public string ChooseStored(int project, string kind, Random random) => Choose(_files[project].Where(f => f.StartsWith(Path.Combine(Store, kind) + "/", StringComparison.Ordinal) && File.Exists(f)), random);

    /// <summary>A blob of a project's layout.</summary>
    public string ChooseShipped(int project, Random random) => Choose(Directory.GetFiles(Path.Combine(LayoutOf(project), "blobs"), "*", SearchOption.AllDirectories), random);

    /// <summary>Builds a project and delivers it in one of three ways; tells what is wrong with what was shipped.</summary>
    public async Task<IReadOnlyList<string>> BuildAndCheckAsync(int project, int way, CancellationToken cancellationToken)
    {
        var fresh = _folder[$"fresh/{project}"];
        var archive = _folder["image.tar"];
        if (Directory.Exists(fresh)) Directory.Delete(fresh, recursive: true);
        IReadOnlyList<BuildOutput> outputs = (way % 3) switch { 0 => [], 1 => [new ArchiveOutput(archive, Docker: false)], _ => [new RegistryOutput(_registry.Name)] };
        var layout = way % 3 == 0 ? fresh : LayoutOf(project);
        var result = await BuildAsync(project, layout, outputs, cancellationToken);
        var wrong = new List<string>(await ImageCheck.FindAsync(layout, cancellationToken));
        if (result.Image != _images[project]) wrong.Add($"project {project} came to {result.Image.Digest} instead of {_images[project].Digest}");
        if (way % 3 == 1) wrong.AddRange(await ImageCheck.FindAsync(archive, cancellationToken));
        if (way % 3 == 2) wrong.AddRange(CheckRegistry(project));
        return wrong;
    }

    /// <summary>Pushes what a project's layout holds, without building.</summary>
    public async Task<IReadOnlyList<string>> PushAndCheckAsync(int project, CancellationToken cancellationToken)
    {
        await new LayoutPusher(_services).PushAsync(
            LayoutOf(project), Store, ImageReference.Create(_registry.Name, RepositoryOf(project)), ["1.0"], null, cancellationToken);
        return CheckRegistry(project);
    }

    /// <summary>What is damaged in the store.</summary>
    public async Task<IReadOnlyList<StoreFault>> VerifyAsync(bool repair, CancellationToken cancellationToken) =>
        (await new StoreVerifier(Store, Environment.ProcessorCount).VerifyAsync(repair, cancellationToken)).Faults;

    public async ValueTask DisposeAsync()
    {
        _services.Registries.Dispose();
        await _registry.DisposeAsync();
        _folder.Dispose();
    }

    private Task<BuildResult> BuildAsync(int project, string layout, IReadOnlyList<BuildOutput> outputs, CancellationToken cancellationToken) =>
        new Builder(_services).BuildAsync(_pool.Request(project, Store, layout) with { Repository = RepositoryOf(project), Outputs = outputs }, null, cancellationToken);

    // Bytes that are not those of their digest would be a registry's fault, and so would be taking them: ours is to have sent them.
    private List<string> CheckRegistry(int project)
    {
        var repository = _registry[RepositoryOf(project)];
        var wrong = new List<string>();
        if (repository.Tags.GetValueOrDefault("1.0") != _images[project].Digest) wrong.Add($"the tag of project {project} points at something else");
        wrong.AddRange(repository.Missing("1.0").Select(d => $"'{d}' was not pushed"));
        wrong.AddRange(repository.Blobs.Where(b => Digest.Of(b.Value) != b.Key).Select(b => $"'{b.Key}' was pushed with other bytes"));
        wrong.AddRange(_registry.Requests.Where(r => r.Status == 400).Select(r => $"the registry refused {r}"));
        repository.Blobs.Clear();
        repository.Manifests.Clear();
        repository.Tags.Clear();
        return wrong;
    }

    private IEnumerable<string> StoredFiles() =>
        new[] { "blobs", "index", "facts" }.Select(f => Path.Combine(Store, f)).Where(Directory.Exists).SelectMany(f => Directory.GetFiles(f, "*", SearchOption.AllDirectories));

    private static string RepositoryOf(int project) => $"rot/shop{project}";

    private static string Choose(IEnumerable<string> files, Random random)
    {
        var all = files.Order(StringComparer.Ordinal).ToList();
        return all[random.Next(all.Count)];
    }
}
