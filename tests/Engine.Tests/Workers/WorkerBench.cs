using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers;

/// <summary>A real worker with a real store, and lent trees of a temporary folder.</summary>
internal sealed class WorkerBench : IAsyncDisposable
{
    private readonly List<LocalTree> _trees = [];

    public WorkerBench() => Store = new LocalContentStore(Folder["store"]);

    public TempFolder Folder { get; } = new();

    public LocalContentStore Store { get; }

    public LayerOptions Options { get; set; } = new();

    /// <summary>Folders that are lent, by name.</summary>
    public Dictionary<string, string> Folders { get; } = [];

    public LocalTree Lend(string name, params LocalFile[] files)
    {
        var tree = new LocalTree(name, [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)]);
        _trees.Add(tree);
        return tree;
    }

    public void Lend(LocalTree tree) => _trees.Add(tree);

    public EngineWorker CreateWorker()
    {
        var session = new BuildSession(_trees, new Dictionary<string, IContentSource>()) { Folders = Folders };
        return new EngineWorker(Store, session, new LentTrees(session, new FileFactsCache(Folder["facts"], TimeProvider.System)), new NoImages(), Options);
    }

    /// <summary>Runs a state and everything below it, without a cache.</summary>
    public async Task<LayerChain> RunAsync(LlbState state)
    {
        var worker = CreateWorker();
        return ((LayersResult)(await RunAsync(worker, Load(state).Vertex))[0]).Chain;
    }

    public static Edge Load(LlbState state) => LlbGraph.Load(LlbMarshaller.Marshal(state));

    public ValueTask<Digest> KeyAsync(LlbState state) => CreateWorker().KeyAsync(Load(state).Vertex, default);

    /// <summary>The entries of a layer, a line for each.</summary>
    public async Task<List<string>> ListAsync(Layer layer)
    {
        var lines = new List<string>();
        await using var blob = await Store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, MediaTypes.LayerCompression(layer.Blob.MediaType)!.Value, layer.DiffId, async (entry, content) =>
        {
            var text = content is null ? "" : await new StreamReader(content).ReadToEndAsync();
            lines.Add($"{entry.Type} {entry.Path} {Convert.ToString(entry.Mode, 8)} {entry.Uid}:{entry.Gid} {entry.ModifiedSeconds} {entry.Link}{text}");
        }, default);
        return lines;
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        Folder.Dispose();
    }

    private static async Task<IReadOnlyList<VertexResult>> RunAsync(EngineWorker worker, Vertex vertex)
    {
        var inputs = new List<VertexResult>();
        foreach (var input in vertex.Inputs) inputs.Add((await RunAsync(worker, input.Vertex))[input.Output]);
        return await worker.RunAsync(vertex, inputs, default);
    }

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("No test here asks for an image of a registry.");

        public IContentSource Open(ImageReference reference) => throw new InvalidOperationException("No test here asks for an image of a registry.");
    }
}
