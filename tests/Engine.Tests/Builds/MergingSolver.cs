using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Remote;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Builds;

/// <summary>A builder elsewhere that puts layouts on one another, and for which a step is a layer.</summary>
internal sealed class MergingSolver : IRemoteSolver
{
    /// <summary>The last graph that it had.</summary>
    public RemoteGraph? Graph { get; private set; }

    public async Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        Graph = graph;
        var layers = await LayersOfAsync(LlbGraph.Load(graph.Graph).Vertex);
        var config = await graph.Store.PutAsync(MediaTypes.OciConfig, OciJson.Write(new ImageConfig { Os = "linux", Architecture = "amd64", RootFs = new RootFs { DiffIds = [.. layers.Select(l => l.DiffId)] } }), cancellationToken);
        return (await graph.Store.PutAsync(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [.. layers.Select(l => l.Blob)] }), cancellationToken)).Digest;
    }

    private async Task<IReadOnlyList<(Digest DiffId, Descriptor Blob)>> LayersOfAsync(Vertex vertex)
    {
        switch (vertex.Op.OpCase)
        {
            case Op.OpOneofCase.Merge: return [.. (await Task.WhenAll(vertex.Inputs.Select(i => LayersOfAsync(i.Vertex)))).SelectMany(l => l)];
            case Op.OpOneofCase.Exec:
                var made = await TestImages.WriteLayerAsync(Graph!.Store, TestImages.FileEntry("made", vertex.Name));
                return [.. await LayersOfAsync(vertex.Inputs[(int)vertex.Op.Exec.Mounts.Single(m => m.Dest == "/").Input].Vertex), (made.DiffId, made.Blob)];
            default: return await LayersOfAsync(vertex.Op.Source.Identifier);
        }
    }

    private async Task<IReadOnlyList<(Digest DiffId, Descriptor Blob)>> LayersOfAsync(string source)
    {
        Assert.StartsWith("oci-layout://", source);
        var (name, digest) = (source["oci-layout://".Length..].Split('@')[0], Digest.Parse(source.Split('@')[1]));
        var layout = Graph!.Session.FindLayout(name)!;
        var manifest = ImageManifest.Parse(await ReadAsync(layout, digest));
        var config = ImageConfig.Parse(await ReadAsync(layout, manifest.Config.Digest));
        return [.. config.RootFs.DiffIds.Zip(manifest.Layers)];
    }

    private static async Task<byte[]> ReadAsync(IContentSource source, Digest digest)
    {
        await using var stream = (await source.FindAsync(digest, CancellationToken.None))!;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }
}
