using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Does with a tree what an action says, of whichever kind it is.</summary>
internal static class AnyAction
{
    /// <summary>Runs it. Throws MBK2002 for a kind that nobody here knows.</summary>
    /// <param name="action">The action.</param>
    /// <param name="changed">The tree that it changes; removals and archives need one on disk.</param>
    /// <param name="source">Opens the tree that a copy is from.</param>
    /// <param name="cancellationToken">Leaves the tree half changed.</param>
    public static async Task RunAsync(FileAction action, ChangedTree changed, Func<long, Task<IFileTree>> source, CancellationToken cancellationToken)
    {
        switch (action.ActionCase)
        {
            case FileAction.ActionOneofCase.Copy:
                await CopyAction.RunAsync(action.Copy, await source(action.SecondaryInput).ConfigureAwait(false), changed, cancellationToken).ConfigureAwait(false);
                break;
            case FileAction.ActionOneofCase.Mkdir:
                MakeDirectoryAction.Run(action.Mkdir, changed);
                break;
            case FileAction.ActionOneofCase.Mkfile:
                await MakeFileAction.RunAsync(action.Mkfile, changed, cancellationToken).ConfigureAwait(false);
                break;
            case FileAction.ActionOneofCase.Symlink:
                MakeSymlinkAction.Run(action.Symlink, changed);
                break;
            case FileAction.ActionOneofCase.Rm:
                RemoveAction.Run(action.Rm, (RootedTree)changed.Files);
                break;
            default:
                throw WorkerException.NeedsRunner($"The file action '{action.ActionCase}'");
        }
    }
}
