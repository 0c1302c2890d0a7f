using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Copies from one tree into another.</summary>
/// <remarks>A destination that ends with <c>/</c>, or is a directory, gets the source by its own name; of a directory without
/// <c>dirCopyContents</c> too. What the destination lacks above the copy is made. Archives are unpacked only from and to trees on disk.</remarks>
internal static class CopyAction
{
    private const int MadeMode = 0b111_101_101;

    public static async Task RunAsync(FileActionCopy copy, IFileTree source, ChangedTree target, CancellationToken cancellationToken)
    {
        var to = TreePath.Clean(copy.Dest);
        if (!copy.CreateDestPath) RequireParent(target.Files, copy.Dest);
        var found = Find(copy, source);
        var copied = new HashSet<string>(StringComparer.Ordinal);
        foreach (var from in found)
        {
            if (copy.AttemptUnpackDockerCompatibility && await ArchiveUnpacker.TryUnpackAsync((RootedTree)source, from, target, to, cancellationToken).ConfigureAwait(false)) continue;
            var copier = new TreeCopier(source, target, copy);
            await CopyOneAsync(copy, source, from, target, to, copier, cancellationToken).ConfigureAwait(false);
            copied.UnionWith(copier.Copied);
        }
        foreach (var required in copy.RequiredPaths)
            if (!copied.Any(c => c == required || c.StartsWith(required.TrimEnd('/') + "/", StringComparison.Ordinal))) throw FileErrors.NothingFound(required);
    }

    private static void RequireParent(IFileTree tree, string path)
    {
        var parent = RootedTree.ParentOf(TreePath.Resolve(tree, TreePath.Shorten("/" + path)));
        if (tree.Find(parent) is null) throw TreeFault.NotThere(parent);
    }

    /// <summary>The paths that a copy is of, links on the way not followed yet. Throws MBK2044 when a pattern matches nothing and must not.</summary>
    public static IReadOnlyList<string> Find(FileActionCopy copy, IFileTree source)
    {
        var from = TreePath.Clean(copy.Src);
        if (!copy.AllowWildcard) return [from];
        var found = Wildcards.Resolve(source, from, copy.FollowSymlink);
        return found.Count > 0 || copy.AllowEmptyWildcard ? found : throw FileErrors.NothingFound(copy.Src);
    }

    /// <summary>Where a path that a copy is of leads.</summary>
    public static string PlaceOf(FileActionCopy copy, IFileTree source, string from) =>
        copy.FollowSymlink ? TreePath.Resolve(source, from) : TreePath.ResolveName(source, TreePath.Shorten(from));

    private static async Task CopyOneAsync(
        FileActionCopy copy, IFileTree source, string from, ChangedTree target, string to, TreeCopier copier, CancellationToken cancellationToken)
    {
        var madeMode = copy.Mode == -1 || copy.ModeStr.Length > 0 ? MadeMode : copy.Mode;
        var isFolder = to.EndsWith('/') || to.EndsWith("/.", StringComparison.Ordinal);
        var folder = TreePath.Resolve(target.Files, isFolder ? to : to[..to.LastIndexOf('/')]);
        var made = new List<string>(target.MakeDirectories(folder, madeMode));

        var place = PlaceOf(copy, source, from);
        var isDirectory = source.Read(place).IsDirectory;
        var end = TreePath.Resolve(target.Files, TreePath.Shorten(to));
        var there = target.Files.Find(end);
        var isMerged = isDirectory && copy.DirCopyContents;
        if (!isMerged && (isDirectory ? there is not null : there is { IsDirectory: true })) end = TreePath.Join(end, TreePath.NameOf(from)).TrimEnd('/');
        made.AddRange(target.MakeDirectories(isMerged && there is null ? end : RootedTree.ParentOf(end), madeMode));
        await copier.CopyAsync(place, end, cancellationToken).ConfigureAwait(false);
        // What was put into them has changed their times.
        made.ForEach(target.SetTime);
    }
}
