using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Remote;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine;

/// <summary>Layers of images whose graphs are solved somewhere else.</summary>
internal sealed class RemoteChains(IRemoteSolver solver, BuildGround ground, BuildRequest request, IProgress<Diagnostics.BuildEvent>? progress)
{
    /// <summary>Has a plan's graph solved; the layers are in the store, or where the base has them.</summary>
    public async Task<LayerChain> SolveAsync(ImagePlan plan, IBuildSession session, LentTrees trees, CancellationToken cancellationToken)
    {
        if (plan.Graph is not { } graph) return LayerChain.Scratch;
        var (sent, lent, layersHere) = await new LentLayers(ground, plan.Platform).MakeAsync(graph, session, trees, cancellationToken).ConfigureAwait(false);
        var known = plan.BaseLayers.Concat(layersHere).DistinctBy(l => l.Blob.Digest).ToDictionary(l => l.Blob.Digest);
        var manifest = await solver.SolveAsync(
            new RemoteGraph(sent, lent, ground.Store, Terms) { KnownBlobs = known.Keys.ToHashSet(), Facts = ground.Facts, FindPosition = plan.FindPosition }, progress, cancellationToken).ConfigureAwait(false);
        var image = ImageManifest.Parse(await ReadAsync(manifest, cancellationToken).ConfigureAwait(false));
        var config = ImageConfig.Parse(await ReadAsync(image.Config.Digest, cancellationToken).ConfigureAwait(false));
        var names = HistoryOf(LlbGraph.Load(graph), image.Layers.Count);
        var layers = image.Layers.Select((blob, i) => known.TryGetValue(blob.Digest, out var layer) ? layer
            : new Layer { DiffId = config.RootFs.DiffIds[i], Blob = blob with { Annotations = null }, CreatedBy = NameAt(names, image.Layers.Count - i) });
        return new LayerChain([.. layers]);
    }

    private RemoteTerms Terms => new(ProjectOf(request), request.SourceDateEpoch)
    {
        Compression = request.Compression,
        CompressionLevel = request.CompressionLevel,
        AllowHostNetwork = request.AllowHostNetwork,
        AllowInsecure = request.AllowInsecure,
        AllowDevices = request.AllowDevices,
    };

    private static string ProjectOf(BuildRequest request) => request.Repository.Length > 0 ? request.Repository : request.Names is [var name, ..] ? $"{name.Registry}/{name.Repository}" : request.ProjectName;

    // Counted from the top, where the last operation is.
    private static string NameAt(List<string> names, int fromTop) => fromTop <= names.Count ? names[fromTop - 1] : "";

    // What made the layers from the top down, as far as one lies upon the other. Graphs may be deep: nothing here calls itself.
    private static List<string> HistoryOf(Edge top, int most)
    {
        var names = new List<string>();
        var below = new Stack<Vertex>([top.Vertex]);
        while (names.Count < most && below.TryPop(out var vertex))
        {
            if (vertex.Op.OpCase is Op.OpOneofCase.File or Op.OpOneofCase.Exec) names.Add(vertex.History);
            // The last input of a merge is its top, and so is the first to be looked at.
            foreach (var input in GroundOf(vertex)) below.Push(input.Vertex);
        }
        return names;
    }

    private static IEnumerable<Edge> GroundOf(Vertex vertex) => vertex.Op.OpCase switch
    {
        Op.OpOneofCase.Merge => vertex.Inputs,
        Op.OpOneofCase.File => InputOf(vertex, vertex.Op.File.Actions[0].Input),
        Op.OpOneofCase.Exec => InputOf(vertex, vertex.Op.Exec.Mounts.FirstOrDefault(m => m.Dest == "/")?.Input ?? OpConstants.Empty),
        _ => [],
    };

    private static IEnumerable<Edge> InputOf(Vertex vertex, long input) => input == OpConstants.Empty ? [] : [vertex.Inputs[(int)input]];

    private async Task<byte[]> ReadAsync(Digest digest, CancellationToken cancellationToken)
    {
        var stream = await ground.Store.FindAsync(digest, cancellationToken).ConfigureAwait(false) ?? throw new InvalidOperationException($"The solver did not bring '{digest}'.");
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new MemoryStream();
            await stream.CopyToAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes.ToArray();
        }
    }
}
