using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Makes a directory. Whatever is there already stays as it is, unless parents are asked for and it is no directory.</summary>
internal static class MakeDirectoryAction
{
    public static void Run(FileActionMkDir action, ChangedTree tree)
    {
        var place = TreePath.Resolve(tree.Files, action.Path);
        if (action.MakeParents) tree.MakeDirectories(place, action.Mode);
        else if (tree.Files.Find(place) is null) MakeOne(place, action.Mode, tree);
    }

    private static void MakeOne(string place, int mode, ChangedTree tree)
    {
        if (tree.Files.Find(RootedTree.ParentOf(place)) is null) throw TreeFault.NotThere(RootedTree.ParentOf(place));
        tree.MakeDirectory(place, mode);
    }
}
