using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Writes a file. One that is there gets the new content, and keeps mode, owner and its other names.</summary>
internal static class MakeFileAction
{
    public static async Task RunAsync(FileActionMkFile action, ChangedTree tree, CancellationToken cancellationToken)
    {
        var place = TreePath.Resolve(tree.Files, action.Path);
        var there = tree.Files.Find(place);
        if (there is { IsFile: false }) throw FileErrors.InTheWay(place, "is no file, and one is to be written there");
        if (there is null && tree.Files.Find(RootedTree.ParentOf(place)) is null) throw TreeFault.NotThere(RootedTree.ParentOf(place));
        var content = new FileContent(action.Data.Length, () => new MemoryStream(action.Data.ToByteArray(), writable: false));
        if (there is null)
        {
            await tree.Files.WriteFileAsync(place, content, cancellationToken).ConfigureAwait(false);
            tree.Give(place);
            tree.Files.SetMode(place, action.Mode & 0b111_111_111);
        }
        else
        {
            await tree.Files.OverwriteFileAsync(place, content, cancellationToken).ConfigureAwait(false);
            if (tree.Owner is not null) tree.Give(place);
        }
        tree.SetTime(place);
    }
}
