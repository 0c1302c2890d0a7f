using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>File operations onto scratch: the layer is written straight from what the actions say, with no snapshot and no process.</summary>
internal sealed class FileWorker(IContentStore store, LayerOptions options)
{
    private const string Local = "local://";

    /// <summary>An operation can be run here: it begins with nothing, copies whole lent trees, and makes no link that something after it could lead
    /// through. All else needs a tree on disk.</summary>
    public static bool Suits(Vertex vertex)
    {
        var actions = vertex.Op.File.Actions;
        for (var i = 0; i < actions.Count; i++)
        {
            if (actions[i].Input != (i == 0 ? OpConstants.Empty : vertex.Inputs.Count + i - 1)) return false;
            if (actions[i].Output >= 0 != (i == actions.Count - 1) || ActionOwners.NamesOf(actions[i]).Any()) return false;
            if (i > 0 && actions[i - 1].ActionCase == FileAction.ActionOneofCase.Symlink) return false;
            if (actions[i].ActionCase == FileAction.ActionOneofCase.Rm || (actions[i].Copy is { } copy && !Suits(copy, actions[i].SecondaryInput, vertex))) return false;
        }
        return true;
    }

    public async Task<VertexResult> RunAsync(Vertex vertex, IReadOnlyList<VertexResult> inputs, CancellationToken cancellationToken)
    {
        var tree = new ScratchTree();
        foreach (var action in vertex.Op.File.Actions)
            switch (action.ActionCase)
            {
                case FileAction.ActionOneofCase.Copy:
                    tree.Copy(action.Copy, (TreeResult)inputs[(int)action.SecondaryInput]);
                    break;
                case FileAction.ActionOneofCase.Mkdir:
                    tree.MakeDirectory(action.Mkdir);
                    break;
                case FileAction.ActionOneofCase.Mkfile:
                    tree.MakeFile(action.Mkfile);
                    break;
                default:
                    tree.MakeSymlink(action.Symlink);
                    break;
            }
        var layer = await LayerWriter.WriteAsync(tree.Entries, store, options, vertex.Name, cancellationToken).ConfigureAwait(false);
        return new LayersResult(new LayerChain([layer]));
    }

    private static bool Suits(FileActionCopy copy, long source, Vertex vertex) =>
        source >= 0 && source < vertex.Inputs.Count && vertex.Inputs[(int)source].Vertex.Op.Source?.Identifier.StartsWith(Local, StringComparison.Ordinal) == true
        && copy.Src.Trim('/').Length == 0 && copy.DirCopyContents && !copy.AlwaysReplaceExistingDestPaths
        && copy.IncludePatterns.Count + copy.ExcludePatterns.Count + copy.RequiredPaths.Count == 0 && copy.ModeStr.Length == 0 && copy.Mode >= -1;
}
