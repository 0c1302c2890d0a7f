using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Runs the vertices of a build: those that need no process (sources, files onto scratch, merge and diff) itself, steps elsewhere.</summary>
public sealed class EngineWorker : IVertexWorker<VertexResult>
{
    private readonly LocalContentStore _store;
    private readonly IImageResolver _images;
    private readonly LayerOptions _options;
    private readonly SourceWorker _sources;
    private readonly FileWorker _files;
    private readonly TreeLayers _trees;
    private readonly StepWorker? _steps;

    /// <summary>A worker that runs no steps.</summary>
    public EngineWorker(LocalContentStore store, IBuildSession session, LentTrees trees, IImageResolver images, LayerOptions options)
        : this(store, session, trees, images, options, new TreeLayers(store, new DescribedLayers(store, trees.Places, options), options), null)
    {
    }

    internal EngineWorker(LocalContentStore store, IBuildSession session, LentTrees trees, IImageResolver images, LayerOptions options, TreeLayers layers, StepWorker? steps, RemoteSources? remote = null)
    {
        (_store, _images, _options, _trees, _steps) = (store, images, options, layers, steps);
        _sources = new(session, trees, images, remote);
        _files = new(store, layers, options);
    }

    /// <inheritdoc />
    public async ValueTask<Digest> KeyAsync(Vertex vertex, CancellationToken cancellationToken) => vertex.Op.OpCase switch
    {
        Op.OpOneofCase.Source => await _sources.KeyAsync(vertex, cancellationToken).ConfigureAwait(false),
        Op.OpOneofCase.File when FileWorker.Suits(vertex) => Digest.Of(Encoding.ASCII.GetBytes($"{OwnDigest(vertex)} {_files.Fingerprint}")),
        Op.OpOneofCase.Exec or Op.OpOneofCase.File or Op.OpOneofCase.Diff when _steps is not null => Digest.Of(Encoding.ASCII.GetBytes($"{OwnDigest(vertex)} {_steps.Fingerprint}")),
        Op.OpOneofCase.Diff or Op.OpOneofCase.Passthrough => OwnDigest(vertex),
        Op.OpOneofCase.Merge => Digest.Of(Encoding.ASCII.GetBytes($"{OwnDigest(vertex)} {_options.Fingerprint}")),
        _ => throw WorkerException.NeedsRunner($"The step '{vertex.Name}'"),
    };

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<VertexResult>> RunAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var results = await SolveAsync(vertex, inputs, cancellationToken).ConfigureAwait(false);
        foreach (var result in results) Name(vertex, result);
        return results;
    }

    /// <inheritdoc />
    public async ValueTask<Digest?> ContentKeyAsync(Vertex consumer, int input, VertexResult result, CancellationToken cancellationToken) => result switch
    {
        TreeResult tree => (await TreeUse.OfAsync(consumer, input, tree, cancellationToken).ConfigureAwait(false)).Key,
        // What an image says of the inside of layers that nobody unpacked is a claim: two images that claim the same need not be the same.
        LayersResult layers => Digest.Of(Encoding.ASCII.GetBytes(string.Join('\n', layers.Chain.Layers.Select(l => l.Origin is null ? l.DiffId : l.Blob.Digest)))),
        _ => null,
    };

    /// <inheritdoc />
    public async ValueTask<byte[]?> SaveAsync(Vertex vertex, IReadOnlyList<VertexResult> results, CancellationToken cancellationToken)
    {
        // What it waits for shall be looked at each time.
        if (vertex.Op.OpCase == Op.OpOneofCase.Passthrough) return null;
        foreach (var layer in results.OfType<LayersResult>().SelectMany(r => r.Chain.Layers).Where(l => l.Origin is not null))
        {
            // Putting remote layers together anew moves no bytes, and is not worth a record.
            if (vertex.Op.OpCase is not (Op.OpOneofCase.Exec or Op.OpOneofCase.File)) return null;
            // What no repository has must be here, as it was for the step.
            if (layer.Origin!.Repository is null && await _store.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) != layer.Blob.Size) return null;
        }
        return ChainRecord.Write(results);
    }

    /// <inheritdoc />
    public async ValueTask<IReadOnlyList<VertexResult?>?> LoadAsync(Vertex vertex, ReadOnlyMemory<byte> record, CancellationToken cancellationToken)
    {
        if (ChainRecord.Read(record, reference => new LayerOrigin(_images.Open(reference), reference)) is not { } chains) return null;
        foreach (var layer in chains.OfType<LayerChain>().SelectMany(c => c.Layers).Where(l => l.Origin is null))
        {
            _store.Retain(layer.Blob.Digest);
            if (await _store.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) != layer.Blob.Size) return null;
        }
        var results = chains.Select(c => c is null ? null : new LayersResult(c)).ToList();
        foreach (var result in results.OfType<LayersResult>())
        {
            Name(vertex, result);
            foreach (var layer in result.Chain.Layers.Where(l => l.IsDescribed))
                if (await _trees.Described.FindAsync(layer, cancellationToken).ConfigureAwait(false) is null) return null;
        }
        return results;
    }

    /// <summary>Whether a vertex is nothing but an image that is elsewhere.</summary>
    internal static bool IsImage(Vertex vertex) => vertex.Op.OpCase == Op.OpOneofCase.Source && SourceWorker.IsImage(vertex);

    /// <inheritdoc />
    public bool IsFree(Vertex vertex) => vertex.Op.OpCase == Op.OpOneofCase.Merge || (vertex.Op.OpCase == Op.OpOneofCase.Source && SourceWorker.IsFree(vertex));

    // What a vertex leaves is likely to be much like what it left before.
    private void Name(Vertex vertex, VertexResult result)
    {
        if (result is LayersResult { Chain.Layers: [.., { IsDescribed: true } own] }) _trees.Described.Name(own, vertex.Digest.ToString());
    }

    private async ValueTask<IReadOnlyList<VertexResult>> SolveAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken) => vertex.Op.OpCase switch
    {
        Op.OpOneofCase.Source => [await _sources.RunAsync(vertex, cancellationToken).ConfigureAwait(false)],
        Op.OpOneofCase.File when FileWorker.Suits(vertex) => await MakeFilesAsync(vertex, inputs, cancellationToken).ConfigureAwait(false),
        Op.OpOneofCase.Merge => [await MergeAsync(vertex, inputs, cancellationToken).ConfigureAwait(false)],
        Op.OpOneofCase.Passthrough => [.. vertex.Op.Passthrough.Outputs.Select(o => o >= 0 && o < inputs.Count ? inputs[(int)o] : throw new LlbException($"the passthrough '{vertex.Name}' refers to an input it does not have"))],
        Op.OpOneofCase.Diff => await DiffAsync(vertex, inputs, cancellationToken).ConfigureAwait(false),
        Op.OpOneofCase.Exec or Op.OpOneofCase.File when _steps is not null => await _steps.RunAsync(vertex, inputs, cancellationToken).ConfigureAwait(false),
        _ => throw WorkerException.NeedsRunner($"The step '{vertex.Name}'"),
    };

    // Inputs are part of the definition key already; what is left of the operation decides the rest. A name is history, and history shows.
    private static Digest OwnDigest(Vertex vertex)
    {
        var op = vertex.Op.Clone();
        op.Inputs.Clear();
        ForgetSurroundings(op.Exec);
        return Digest.Of([.. CanonicalBytes.Of(op), .. Encoding.UTF8.GetBytes(vertex.Name)]);
    }

    // As with BuildKit: where a machine is, and by which way the world is reached from here, decides nothing of what a step makes.
    private static void ForgetSurroundings(ExecOp? exec)
    {
        if (exec?.Meta is not { } meta) return;
        meta.ProxyEnv = null;
        foreach (var host in meta.ExtraHosts) host.IP = "";
    }

    private async Task<IReadOnlyList<VertexResult>> MakeFilesAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        try
        {
            return [await _files.RunAsync(vertex, inputs, cancellationToken).ConfigureAwait(false)];
        }
        catch (BuildException e) when (_steps is { GivesFailed: true })
        {
            throw await FailAgainAsync(_steps, vertex, inputs, cancellationToken).ConfigureAwait(false) ?? e;
        }
    }

    // It fails in the worker too, which makes the trees that somebody wants to look into. Where none runs there are none.
    private static async Task<WorkerException?> FailAgainAsync(StepWorker steps, Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        try
        {
            await steps.RunAsync(vertex, inputs, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (WorkerException e)
        {
            return e.Trees is null ? null : e;
        }
    }

    private async Task<LayersResult> MergeAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var chains = await Task.WhenAll(vertex.Op.Merge.Inputs.Select(i => ChainOfAsync(vertex, inputs, i.Input, cancellationToken))).ConfigureAwait(false);
        return new LayersResult(new LayerChain([.. chains.SelectMany(c => c.Layers)]));
    }

    private async Task<IReadOnlyList<VertexResult>> DiffAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var lower = await ChainOfAsync(vertex, inputs, vertex.Op.Diff.Lower.Input, cancellationToken).ConfigureAwait(false);
        var upper = await ChainOfAsync(vertex, inputs, vertex.Op.Diff.Upper.Input, cancellationToken).ConfigureAwait(false);
        if (lower.Layers.Select(l => l.DiffId).SequenceEqual(upper.Layers.Take(lower.Layers.Count).Select(l => l.DiffId)))
            return [new LayersResult(new LayerChain([.. upper.Layers.Skip(lower.Layers.Count)]))];
        if (_steps is not null) return await _steps.RunAsync(vertex, inputs, cancellationToken).ConfigureAwait(false);
        throw new WorkerException(WorkerException.NotDisjoint, ErrorKind.NotSupported,
            $"The difference '{vertex.Name}' is between trees of which one does not build on the other, which needs a worker that can compare them. Make the upper tree from the lower one.");
    }

    private Task<LayerChain> ChainOfAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, long input, CancellationToken cancellationToken) =>
        input < 0 ? Task.FromResult(LayerChain.Scratch) : _trees.StackOfAsync(inputs[(int)input], vertex.Name, cancellationToken);
}
