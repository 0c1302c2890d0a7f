using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Paths of file operations, and where in a tree they lead.</summary>
/// <remarks>Links are followed inside of the tree, whatever they say. What is not there is taken for a plain name, so that a path can be that of
/// something yet to be made. <c>..</c> is that of the folder that the links before it led to.</remarks>
internal static class TreePath
{
    private const int MostLinks = 255;

    /// <summary>A path without empty parts and <c>.</c>, with <c>..</c> taken back by what is before it (Go's <c>filepath.Clean</c>).</summary>
    public static string Shorten(string path) => SlashPath.Shorten(path);

    /// <summary>An absolute path, shortened, that still says whether it ended with <c>/</c> or <c>/.</c>.</summary>
    public static string Clean(string path)
    {
        var clean = Shorten("/" + path);
        if (path.EndsWith("/.", StringComparison.Ordinal)) return clean.TrimEnd('/') + "/.";
        return path.EndsWith('/') && clean != "/" ? clean + "/" : clean;
    }

    /// <summary>Path of <paramref name="name"/> in the folder <paramref name="parent"/>, which may be the root.</summary>
    public static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}/{name}";

    /// <summary>The last part of an absolute path; nothing for the root and for what ends with <c>/.</c>.</summary>
    public static string NameOf(string path)
    {
        var name = RootedTree.NameOf(path.TrimEnd('/'));
        return name == "." ? "" : name;
    }

    /// <summary>The place, without links and relative to the root, that a path leads to. Throws MBK1505 when it leads through a file or in circles.</summary>
    public static string Resolve(ILinkedNames tree, string path) => Walk(tree, path, followLast: true);

    /// <summary>The same, but what is at the place may be a link.</summary>
    public static string ResolveName(ILinkedNames tree, string path) => Walk(tree, path, followLast: false);

    private static string Walk(ILinkedNames tree, string path, bool followLast)
    {
        var rest = new Stack<string>(Parts(path).Reverse());
        var (here, links) = ("", 0);
        while (rest.TryPop(out var name))
        {
            if (name == "..")
            {
                here = RootedTree.ParentOf(here);
                continue;
            }
            var next = Join(here, name);
            var found = tree.Find(next);
            if (found is null && tree.Find(here) is { IsDirectory: false }) throw TreeFault.NoDirectory(here);
            if (found is not { IsLink: true } || (rest.Count == 0 && !followLast))
            {
                here = next;
                continue;
            }
            if (++links > MostLinks) throw TreeFault.Circle(next);
            var target = tree.ReadLink(next);
            if (target.StartsWith('/')) here = "";
            foreach (var part in Parts(target).Reverse()) rest.Push(part);
        }
        return here;
    }

    private static IEnumerable<string> Parts(string path)
    {
        if (path.Contains('\0')) throw TreeFault.NotThere(path.Replace("\0", "\\0", StringComparison.Ordinal));
        return path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".");
    }
}
