using System.Text.Json;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Contexts;

/// <summary>Changes a context in all the ways that keep sizes, times and names as they were, or change them only in appearance, and after each change holds the
/// fingerprint that the engine finds with what it remembers against a full reading that remembers nothing. Some changes go through a whole build.</summary>
internal sealed class ContextDrill : Drill
{
    public override string Name => "context-staleness";

    public override string Promise => "A context that is edited in any way, its sizes and times kept or not, has another key exactly when what a build takes of it is different; a build copies what is there";

    public override async Task<DrillResult> RunAsync(Scale scale, CancellationToken cancellationToken)
    {
        var (edits, everyBuild) = scale == Scale.Full ? (10_000, 150) : (400, 30);
        var random = new Random(Seed.Choose());
        using var folder = new TempFolder("context");
        var context = Directory.CreateDirectory(folder["context"]).FullName;
        var changes = new ContextEdits(context, Directory.CreateDirectory(folder["outside"]).FullName, random);
        await using var store = new LocalContentStore(folder["store"]);
        var (byContent, byKey, broken) = (new Dictionary<string, Digest>(), new Dictionary<Digest, string>(), new List<string>());
        var (different, builds, before) = (0, 0, "");
        for (var i = 0; i < edits; i++)
        {
            var edit = changes.Next();
            // Else no change would ever be later than what is remembered.
            if (random.Next(8) == 0) await Task.Delay(40, cancellationToken);
            var (content, key) = (ContextJudge.Read(context), await FindKeyAsync(folder, context, cancellationToken));
            if (content != before) different++;
            before = content;
            if (!byContent.TryAdd(content, key) && byContent[content] != key) broken.Add($"{i}: '{edit}' left the same content, and the key is another");
            if (!byKey.TryAdd(key, content) && byKey[key] != content) broken.Add($"{i}: '{edit}' left other content, and the key is the same");
            if (i % everyBuild != 0) continue;
            builds++;
            if (await BuildAsync(folder, store, context, cancellationToken) != content) broken.Add($"{i}: the layer after '{edit}' is not what is there");
        }
        return new DrillResult($"{edits:N0} edits of {changes.Kinds} kinds, {different:N0} of them made a difference, {byKey.Count:N0} keys for {byContent.Count:N0} contents, {builds} builds, {broken.Count} stale or wrong", broken);
    }

    private static LentTrees Open(TempFolder folder, string context, out IBuildSession session)
    {
        session = new BuildSession([], new Dictionary<string, IContentSource>()) { Folders = new Dictionary<string, string> { ["context"] = context } };
        return new LentTrees(session, new FileFactsCache(folder["facts"], TimeProvider.System));
    }

    private static LlbState Source(string context)
    {
        var path = Path.Combine(context, ".dockerignore");
        var patterns = File.Exists(path) ? IgnoreFile.Read(File.ReadAllBytes(path)) : [];
        return LlbState.Local("context", null, new Dictionary<string, string> { ["local.excludepatterns"] = JsonSerializer.Serialize(patterns) });
    }

    private static ValueTask<Digest> FindKeyAsync(TempFolder folder, string context, CancellationToken cancellationToken)
    {
        var trees = Open(folder, context, out var session);
        var worker = new EngineWorker(null!, session, trees, new NoImages(), new LayerOptions());
        return worker.KeyAsync(LlbGraph.Load(LlbMarshaller.Marshal(Source(context))).Vertex, cancellationToken);
    }

    private static async Task<string> BuildAsync(TempFolder folder, LocalContentStore store, string context, CancellationToken cancellationToken)
    {
        var trees = Open(folder, context, out var session);
        var worker = new EngineWorker(store, session, trees, new NoImages(), new LayerOptions());
        using var solver = new Solver<VertexResult>(worker, new FileCacheIndex(folder["index"], TimeProvider.System), new KeyLocks(folder["locks"]), new SolverOptions { Time = TimeProvider.System });
        var copy = LlbState.Scratch.File("COPY . /", FileStep.Copy(Source(context), "/", "/", new CopyOptions { ContentsOnly = true, CreateDestination = true }));
        var result = (LayersResult)await solver.SolveAsync(LlbGraph.Load(LlbMarshaller.Marshal(copy)), cancellationToken);
        await using var blob = await store.FindAsync(result.Chain.Layers.Single().Blob.Digest, cancellationToken);
        return ContextJudge.ReadLayer(blob!);
    }

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) => throw new InvalidOperationException("No image is asked for here.");

        public IContentSource Open(ImageReference reference) => throw new InvalidOperationException("No image is asked for here.");
    }
}
