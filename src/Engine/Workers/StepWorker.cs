using Google.Protobuf;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Workers;

/// <summary>Operations that need a process: brings their inputs here, hands them to the worker, and takes what they leave.</summary>
/// <param name="store">The store that the worker writes to as well.</param>
/// <param name="materializer">Fetches the layers that a step must see.</param>
/// <param name="worker">The process.</param>
/// <param name="session">Has the secrets and keys that steps ask for.</param>
/// <param name="layers">Of what steps get.</param>
/// <param name="options">How their layers are written.</param>
/// <param name="progress">Hears what steps print.</param>
internal sealed class StepWorker(
    LocalContentStore store, LayerMaterializer materializer, RootlessWorker worker, IBuildSession session, TreeLayers layers, StepOptions options, IProgress<BuildEvent>? progress)
{
    // Raised when the same step comes to leave something else.
    private const int FormatVersion = 3;

    private readonly UnpackedFetch _fetch = new(materializer, worker);

    /// <summary>What decides a step's results besides its operation and inputs.</summary>
    public string Fingerprint => $"step:{FormatVersion} {options.Layers.Fingerprint} {options.SourceDateEpoch}{(options.KeepsTimes ? " times" : "")}";

    /// <summary>It tells what operations left that fail.</summary>
    public bool GivesFailed => options.GivesFailed;

    /// <summary>Runs an exec, file or diff operation; one result per output.</summary>
    public async Task<IReadOnlyList<VertexResult>> RunAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        worker.Prepare();
        var chains = await Task.WhenAll(inputs.Select((r, i) => layers.StackForAsync(vertex, i, r, cancellationToken))).ConfigureAwait(false);
        await _fetch.EnsureAsync(chains, cancellationToken).ConfigureAwait(false);

        using var lent = await LentSecrets.TakeAsync(vertex.Op.Exec ?? new ExecOp(), session, worker.FindProgram, options.Time, cancellationToken).ConfigureAwait(false);
        var done = await RunAsync(vertex, inputs, chains, Describe(vertex, chains, lent), cancellationToken).ConfigureAwait(false);
        if (done.Outputs.Count != OpRules.CountOutputs(vertex.Op)) throw Broken(vertex);
        return await Task.WhenAll(done.Outputs.Select(o => ToResultAsync(vertex, chains, o, cancellationToken))).ConfigureAwait(false);
    }

    private async Task<Done> RunAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, IReadOnlyList<LayerChain> chains, RunStep step, CancellationToken cancellationToken)
    {
        try
        {
            return await worker.RunAsync(step, log => progress?.Report(ToEvent(vertex, log)), cancellationToken).ConfigureAwait(false);
        }
        catch (WorkerException e) when (e.Left is { } left && GivesFailed)
        {
            throw new WorkerException(e.Code, e.Kind, e.Message, e.InnerException) { Failure = e.Failure, Trees = await ReadAsync(vertex, inputs, chains, left, cancellationToken).ConfigureAwait(false) };
        }
    }

    private async Task<FailedTrees> ReadAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, IReadOnlyList<LayerChain> chains, LeftTrees left, CancellationToken cancellationToken)
    {
        if (left.HasContent) return new FailedTrees([inputs[(int)left.Content]], []) { Content = left.Content };
        var had = vertex.Op.Exec is { } exec ? exec.Mounts.Select(m => m.Input < 0 ? null : inputs[(int)m.Input]) : inputs;
        var mounts = await Task.WhenAll(left.Mounts.Select(async o => o.Layers.Count > 0 ? await ToResultAsync(vertex, chains, o, cancellationToken).ConfigureAwait(false) : o.Input < 0 ? null : inputs[o.Input])).ConfigureAwait(false);
        return new FailedTrees([.. had], mounts) { Action = left.HasAction ? left.Action : null };
    }

    private static BuildEvent ToEvent(Vertex vertex, Log log) => log.Stream == StepExecutor.RemarkStream
        ? new BuildMessage(MessageLevel.Detail, $"{vertex.Name}: {log.Data.ToStringUtf8()}") { Step = vertex.Digest.ToString() }
        : new StepOutput(vertex.Name, log.Stream, log.Data.Memory) { Step = vertex.Digest.ToString() };

    private RunStep Describe(Vertex vertex, IReadOnlyList<LayerChain> chains, LentSecrets lent)
    {
        var step = new RunStep
        {
            Op = vertex.Op.ToByteString(),
            Name = vertex.History,
            Inputs = { chains.Select(LayerBlobs.ToWire) },
            Layering = new Layering { Compression = (int)options.Layers.Compression, Parallelism = options.Layers.Parallelism },
            SourceDateEpoch = options.SourceDateEpoch,
            KeepFailed = options.KeepFailed,
            Contents = { layers.Described.TablesFor(chains) },
            Describe = layers.IsLate,
            GiveFailed = options.GivesFailed,
            Secrets = { lent.Secrets },
            SshAgents = { lent.Agents },
            KeepsTimes = options.KeepsTimes && CopiesOnlySources(vertex),
        };
        if (options.Layers.Level is { } level) step.Layering.Level = level;
        return step;
    }

    // Trees of sources are what their layers say, and have no time of a build; those of steps may be kept as the step left them.
    private static bool CopiesOnlySources(Vertex vertex) => vertex.Op.File is { } file && file.Actions.Any(a => a.Copy is not null)
        && file.Actions.All(a => a.Copy is null || a.SecondaryInput >= 0 && a.SecondaryInput < vertex.Inputs.Count && vertex.Inputs[(int)a.SecondaryInput].Vertex.Op.Source is not null);

    private async Task<VertexResult> ToResultAsync(Vertex vertex, IReadOnlyList<LayerChain> chains, Output output, CancellationToken cancellationToken)
    {
        if (output.Input < -1 || output.Input >= chains.Count) throw Broken(vertex);
        var own = output.Layers.Select(LayerBlobs.FromWire).ToList();
        foreach (var layer in own)
        {
            store.Retain(layer.Blob.Digest);
            if (await store.FindSizeAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) != layer.Blob.Size) throw Broken(vertex);
        }
        return new LayersResult(new LayerChain([.. output.Input < 0 ? [] : chains[output.Input].Layers, .. own]));
    }

    private static WorkerException Broken(Vertex vertex) => new(WorkerException.WorkerFault, ErrorKind.Unavailable,
        $"The worker's answer for the step '{vertex.Name}' is not what was agreed. Build again; if it happens again, please report it.");
}
