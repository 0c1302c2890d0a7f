using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>Unpacks tar archives where a copy finds one: plain, or by gzip, bzip2, xz or zstd. The content says which, not the name.</summary>
/// <remarks>The directory it is unpacked into is its root: no link of it leads out, and neither does one that is there already.</remarks>
internal static class ArchiveUnpacker
{
    private const int MadeMode = 0b111_101_101, BufferSize = 1 << 17;
    private const string Removal = ".wh.";

    /// <summary>Unpacks what is at a path, links followed, into a directory of a tree on disk, which is made when it is missing; false when it is no archive.
    /// Throws MBK2043 for one that has something in it that has no place in an image.</summary>
    public static async Task<bool> TryUnpackAsync(RootedTree source, string from, ChangedTree target, string to, CancellationToken cancellationToken)
    {
        var archive = TreePath.Resolve(source, from);
        if (source.Find(archive) is not { IsFile: true } || !await IsArchiveAsync(source, archive, cancellationToken).ConfigureAwait(false)) return false;
        var folder = TreePath.Resolve(target.Files, to);
        target.MakeDirectories(folder, MadeMode);
        using var inside = ((RootedTree)target.Files).OpenDirectory(folder);
        var placement = new LayerPlacement(inside, StepIds.First, isBottom: true);
        try
        {
            var plain = Open(source, archive);
            await using (plain.ConfigureAwait(false))
                await TarEntries.ReadAsync(plain, (entry, content) => PlaceAsync(placement, entry, content, target.Owner, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokenArchive.Is(e) || e is SnapshotException { Code: SnapshotException.InvalidEntry or SnapshotException.NoSuchPath })
        {
            throw FileErrors.BadArchive(archive, e.Message.TrimEnd('.'), e);
        }
        placement.Complete();
        return true;
    }

    private static async Task<bool> IsArchiveAsync(RootedTree source, string archive, CancellationToken cancellationToken)
    {
        try
        {
            var plain = Open(source, archive);
            await using (plain.ConfigureAwait(false)) return await TarEntries.BeginsAsync(plain, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            return false;
        }
    }

    private static async ValueTask PlaceAsync(LayerPlacement placement, TreeEntry entry, Stream? content, FileOwner? owner, CancellationToken cancellationToken)
    {
        if (entry.Path.Length == 0) return;
        if (entry.Path.Split('/').Any(p => p.StartsWith(Removal, StringComparison.Ordinal)))
            throw new InvalidDataException($"its entry '{entry.Path}' has a name that means a removal in a layer");
        var owned = owner is { } other ? entry with { Uid = (int)other.Uid - StepIds.First, Gid = (int)other.Gid - StepIds.First } : entry;
        await placement.PlaceAsync(owned, content, cancellationToken).ConfigureAwait(false);
    }

    private static Stream Open(RootedTree source, string archive) => PackedTar.Open(new FileStream(source.OpenFile(archive), FileAccess.Read, BufferSize));
}
