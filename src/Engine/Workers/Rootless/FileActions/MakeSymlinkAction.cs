using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Makes a symbolic link, which may say anything; nothing may be in its place.</summary>
internal static class MakeSymlinkAction
{
    public static void Run(FileActionSymlink action, ChangedTree tree)
    {
        var place = TreePath.Resolve(tree.Files, action.Newpath);
        if (tree.Files.Find(place) is not null) throw FileErrors.InTheWay(place, "is there already, and a link is to be made there");
        tree.Files.MakeSymlink(place, action.Oldpath);
        tree.Give(place);
        tree.SetTime(place);
    }
}
