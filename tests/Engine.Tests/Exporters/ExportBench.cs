using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using static MsBuildKit.Engine.Tests.TestImages;

namespace MsBuildKit.Engine.Tests.Exporters;

/// <summary>A store, and images assembled in it.</summary>
internal sealed class ExportBench : IAsyncDisposable
{
    public ExportBench()
    {
        Store = new LocalContentStore(Folder["store"]);
        Layers = new LayerMaterializer(Store, new KeyLocks(Folder["locks"]), null);
    }

    public static IReadOnlyList<ImageReference> Names { get; } = [ImageReference.Parse("team/shop:1.0"), ImageReference.Parse("r.example/team/shop:latest")];

    public TempFolder Folder { get; } = new();

    public LocalContentStore Store { get; }

    public LayerMaterializer Layers { get; }

    public DescribedLayers Described => new(Store, new LentPlaces(), new LayerOptions());

    public string Output => Folder["out"];

    public static AssemblyOptions Options(bool docker = false, params (string Key, string Value)[] annotations) =>
        new(docker, 1_700_000_000, annotations.ToDictionary(a => a.Key, a => a.Value));

    public static ImageConfig Config(params HistoryEntry[] history) => new()
    {
        Architecture = "amd64", Os = "linux", Config = new ContainerConfig { WorkingDir = "/app" }, History = history.Length == 0 ? null : history,
    };

    public async Task<AssembledManifest> AssembleAsync(AssemblyOptions options, Platform platform, ImageConfig config, params string[] contents)
    {
        var layers = new List<Layer>();
        foreach (var content in contents) layers.Add(await WriteLayerAsync(Store, FileEntry("app/" + content, content)));
        return await new ImageAssembler(Store, options).AssembleAsync(new PlatformImage(platform, config, new LayerChain(layers)), default);
    }

    /// <summary>An image of one platform, with a statement when there is a <paramref name="statement"/>.</summary>
    public async Task<AssembledImage> ImageAsync(string content, string? statement = null)
    {
        var manifest = await AssembleAsync(Options(), Platform.LinuxAmd64, Config(), content);
        IReadOnlyList<Statement> statements = statement is null ? [] : [new Statement("https://example.test/p", System.Text.Encoding.UTF8.GetBytes(statement))];
        return await new ImageAssembler(Store, Options()).CompleteAsync([(manifest, statements)], default);
    }

    public Task<IReadOnlySet<Digest>> ExportAsync(AssembledImage image) => new LayoutExporter(Store, Layers).ExportAsync(image, Names, Output, _ => false, default);

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Folder.Dispose();
    }
}
