using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Removes a path with all that is in it; a link is removed, not what it leads to. Wildcards may match nothing.</summary>
internal static class RemoveAction
{
    public static void Run(FileActionRm action, RootedTree tree)
    {
        var paths = action.AllowWildcard ? Wildcards.Resolve(tree, TreePath.Clean(action.Path), followLink: false) : [action.Path];
        foreach (var path in paths) Remove(tree, path, action.AllowNotFound);
    }

    private static void Remove(RootedTree tree, string path, bool allowNotFound)
    {
        var clean = TreePath.Shorten("/" + path);
        if (clean == "/") throw FileErrors.RootStays();
        var place = TreePath.ResolveName(tree, clean);
        if (!allowNotFound && tree.Find(place) is null) throw TreeFault.NotThere(place);
        tree.RemoveTree(place);
    }
}
