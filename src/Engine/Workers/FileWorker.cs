using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Workers;

/// <summary>File operations onto scratch: the actions change a tree that is only described, and the layer is written straight from it, with no snapshot
/// and no process.</summary>
internal sealed class FileWorker(LocalContentStore store, TreeLayers layers, LayerOptions options)
{
    private const string Local = "local://";
    // Raised when the same actions come to leave something else.
    private const int FormatVersion = 2;

    /// <summary>What decides the results besides the operation and its inputs.</summary>
    public string Fingerprint => $"scratch:{FormatVersion} {options.Fingerprint}";

    /// <summary>An operation can be run here: each action goes on with the one before it, the first with nothing, and copies are of lent trees. Removals, archives
    /// and owners by name need a tree on disk.</summary>
    public static bool Suits(Vertex vertex)
    {
        var actions = vertex.Op.File.Actions;
        for (var i = 0; i < actions.Count; i++)
        {
            if (actions[i].Input != (i == 0 ? OpConstants.Empty : vertex.Inputs.Count + i - 1)) return false;
            if (actions[i].Output >= 0 != (i == actions.Count - 1) || ActionOwners.NamesOf(actions[i]).Any()) return false;
            if (actions[i].ActionCase is not (FileAction.ActionOneofCase.Copy or FileAction.ActionOneofCase.Mkdir or FileAction.ActionOneofCase.Mkfile or FileAction.ActionOneofCase.Symlink)) return false;
            if (actions[i].Copy is { } copy && !Suits(copy, actions[i].SecondaryInput, vertex)) return false;
        }
        return true;
    }

    public async Task<VertexResult> RunAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var tree = new ScratchTree();
        foreach (var action in vertex.Op.File.Actions) await RunAsync(action, tree, inputs, cancellationToken).ConfigureAwait(false);
        var entries = tree.Entries.ToList();
        var layer = layers.IsLate && inputs.OfType<TreeResult>().All(layers.Described.Takes) ? await layers.Described.TryDescribeAsync(entries, vertex.Name, cancellationToken).ConfigureAwait(false) : null;
        layer ??= await LayerWriter.WriteAsync(entries, store, options, vertex.Name, vertex.Digest.ToString(), cancellationToken).ConfigureAwait(false);
        return new LayersResult(new LayerChain([layer]));
    }

    private static async Task RunAsync(FileAction action, ScratchTree tree, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var owner = await OwnerLookup.FindAsync(ActionOwners.Of(action), n => throw WorkerException.NeedsRunner($"The owner that is looked up in the tree {n}")).ConfigureAwait(false);
        var changed = new ChangedTree(tree, owner, FileTime.FromWire(FileActionTimes.Of(action)));
        await AnyAction.RunAsync(action, changed, n => Task.FromResult<IFileTree>(((TreeResult)inputs[(int)n]).Files), cancellationToken).ConfigureAwait(false);
    }

    private static bool Suits(FileActionCopy copy, long source, Vertex vertex) =>
        source >= 0 && source < vertex.Inputs.Count && vertex.Inputs[(int)source].Vertex.Op.Source?.Identifier.StartsWith(Local, StringComparison.Ordinal) == true
        && !copy.AttemptUnpackDockerCompatibility;
}
