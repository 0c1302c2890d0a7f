using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using Platform = MsBuildKit.Engine.Oci.Platform;

namespace MsBuildKit.Engine;

/// <summary>Makes the layers of files that a project lends, and lends these, as layouts, to a builder elsewhere.</summary>
/// <remarks>Copies onto nothing need no builder, on any system. Made here they are the layers that a build here has, to the byte; what a builder makes of files that are sent to it
/// states folders above them that are the base's own, such as <c>/tmp</c>.</remarks>
internal sealed class LentLayers(BuildGround ground, Platform platform)
{
    private const string Local = "local://";

    /// <summary>The graph and session to send, with the layers that are lent in them.</summary>
    public async Task<(Definition Graph, IBuildSession Session, IReadOnlyList<Layer> Layers)> MakeAsync(Definition graph, IBuildSession session, LentTrees trees, CancellationToken cancellationToken)
    {
        var copies = CopiesIn(graph, session);
        if (copies.Count == 0) return (graph, session, []);
        using var solver = ground.CreateSolver(session, trees);
        var made = await Task.WhenAll(copies.Select(async c => (c.Key, Layer: await MakeAsync(solver, c.Value, cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        var layouts = new Dictionary<string, IContentSource>(StringComparer.Ordinal);
        var sources = new Dictionary<string, Op>(StringComparer.Ordinal);
        foreach (var (digest, layer) in made)
        {
            if (layer is null) continue;
            var name = "lent-" + layer.Blob.Digest.Hex[..16];
            layouts[name] = ground.Store;
            sources[digest] = await DescribeAsync(name, layer, cancellationToken).ConfigureAwait(false);
        }
        return (GraphRewriter.Rewrite(graph, (digest, _) => sources.GetValueOrDefault(digest)), new LayeredSession(session, layouts), [.. made.Select(m => m.Layer).OfType<Layer>()]);
    }

    // By the digests of their bytes in the graph.
    private static Dictionary<string, Edge> CopiesIn(Definition graph, IBuildSession session) =>
        LlbGraph.Load(graph).Vertices().Where(v => IsCopy(v, session)).ToDictionary(v => v.Digest.ToString(), v => new Edge(v, 0), StringComparer.Ordinal);

    private static bool IsCopy(Vertex vertex, IBuildSession session) =>
        vertex.Op.File?.Actions is [{ Input: OpConstants.Empty, Copy: not null }] && vertex.Inputs is [{ Vertex.Op.Source.Identifier: var source }]
        && source.StartsWith(Local, StringComparison.Ordinal) && session.FindLocal(source[Local.Length..]) is not null;

    private static async Task<Layer?> MakeAsync(GraphSolver solver, Edge copy, CancellationToken cancellationToken) =>
        (await solver.ChainOfAsync(await solver.SolveAsync(copy, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)).Layers is [var only] ? only : null;

    private async Task<Op> DescribeAsync(string name, Layer layer, CancellationToken cancellationToken)
    {
        var image = new ImageConfig { Os = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant, RootFs = new RootFs { DiffIds = [layer.DiffId] } };
        var config = await ground.Store.PutAsync(MediaTypes.OciConfig, OciJson.Write(image), cancellationToken).ConfigureAwait(false);
        var manifest = await ground.Store.PutAsync(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [layer.Blob] }), cancellationToken).ConfigureAwait(false);
        return Op.Parser.ParseFrom(LlbMarshaller.Marshal(LlbState.OciLayout(name, manifest.Digest, platform)).Def[0]);
    }
}
