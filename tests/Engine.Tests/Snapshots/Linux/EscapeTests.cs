using System.Formats.Tar;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

/// <summary>Layers that try to get out of their tree (reliability C1, C3, C9 to C11).</summary>
public sealed class EscapeTests
{
    [Theory, InlineData(true), InlineData(false)]
    public Task C1_HostileLayers_TouchNothingOutside(bool asRoot) => InsideProcess.RunAsync(asRoot, ApplyAllAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task C1_EntriesWhoseNamesNobodyChecked_TouchNothingOutside(bool asRoot) => InsideProcess.RunAsync(asRoot, PlaceAllAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task C2_SomebodyExchangesAFolderForALinkMeanwhile_NothingOutsideIsTouched(bool asRoot) => InsideProcess.RunAsync(asRoot, PlaceAgainstMutatorAsync);

    private static async Task ApplyAllAsync(string folder)
    {
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        // C10: names that are resolved against the current directory would find what they look for.
        var current = new Sentinel(Path.Combine(folder, "current"));
        Environment.CurrentDirectory = current.Root;
        var (applied, refused, number) = (0, 0, 0);
        foreach (var breakout in Breakouts.All(outside.Root))
            // C11: the second time the links of the first are in place.
            foreach (var layers in new[] { breakout.Layers, [.. breakout.Layers, .. breakout.Layers] })
            {
                try
                {
                    await Trees.ApplyAsync(Path.Combine(folder, $"tree/{number}"), layers, (Compression)(number++ % 3));
                    applied++;
                }
                catch (SnapshotException e) when (e.Code is "MBK1502" or "MBK1503" or "MBK1505" or "MBK1507")
                {
                    refused++;
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"{breakout.Name}: {e.Message}", e);
                }
                // Looking at it all takes longer than unpacking.
                if (number % 16 == 0) Assert.True(outside.IsIntact && current.IsIntact, $"'{breakout.Name}' or one before it");
            }
        Assert.True(outside.IsIntact && current.IsIntact);
        Assert.Equal("", await Trees.ShellAsync(folder, "find outside current -type f -links +1; grep -rls -e untouched -e 'file 1' tree || true"));
        Assert.True(applied > 50 && refused > 50, $"{applied} applied, {refused} refused");
    }

    // Without the reader, which refuses what climbs, and going on after each refusal: the tree alone has to hold.
    private static async Task PlaceAllAsync(string folder)
    {
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        var current = new Sentinel(Path.Combine(folder, "current"));
        Environment.CurrentDirectory = current.Root;
        var (placed, refused, number) = (0, 0, 0);
        foreach (var breakout in Breakouts.All(outside.Root))
        {
            using var tree = RootedTree.Open(Directory.CreateDirectory(Path.Combine(folder, $"tree/{number++}")).FullName);
            foreach (var layer in breakout.Layers.Concat(breakout.Layers))
            {
                var placement = new LayerPlacement(tree, Trees.Shift, isBottom: false);
                foreach (var entry in Read(layer))
                    try
                    {
                        await placement.PlaceAsync(entry, entry.Open?.Invoke(), default);
                        placed++;
                    }
                    catch (SnapshotException)
                    {
                        refused++;
                    }
                placement.Complete();
            }
            if (number % 16 == 0) Assert.True(outside.IsIntact && current.IsIntact, $"'{breakout.Name}' or one before it");
        }
        Assert.True(outside.IsIntact && current.IsIntact);
        Assert.Equal("", await Trees.ShellAsync(folder, "find outside current -type f -links +1; grep -rls -e untouched -e 'file 1' tree || true"));
        Assert.True(placed > 1000 && refused > 100, $"{placed} placed, {refused} refused");
    }

    private static async Task PlaceAgainstMutatorAsync(string folder)
    {
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        var root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        var (real, hidden) = (Path.Combine(root, "d"), Path.Combine(root, "hidden"));
        Directory.CreateDirectory(real);
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(4));
        var exchanged = 0;
        var mutator = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
            {
                Try(() =>
                {
                    Directory.Move(real, hidden);
                    File.CreateSymbolicLink(real, outside.Root);
                    exchanged++;
                    File.Delete(real);
                    Directory.Move(hidden, real);
                });
                // The other side may have made something where the link was.
                Try(() => Directory.Delete(hidden, recursive: true));
            }
        });
        TreeEntry[] entries =
        [
            new() { Path = "d", Type = TreeEntryType.Directory, Mode = 0b111_111_111, ModifiedSeconds = 1 },
            new() { Path = "d/canary", Type = TreeEntryType.File, Mode = 0b111_111_111, Open = () => new MemoryStream([1]) },
            new() { Path = "d/etc", Type = TreeEntryType.Directory, Mode = 0b111_111_111, Xattrs = new Dictionary<string, byte[]> { ["user.x"] = [1] } },
            new() { Path = "d/etc/passwd", Type = TreeEntryType.Symlink, Mode = 0, Link = "x" },
            new() { Path = "stolen", Type = TreeEntryType.HardLink, Mode = 0, Link = "d/etc/group" },
            new() { Path = "d/.wh.0", Type = TreeEntryType.File, Mode = 0 },
            new() { Path = "d/etc/.wh..wh..opq", Type = TreeEntryType.File, Mode = 0 },
        ];
        var (placed, refused) = (0, 0);
        while (!end.IsCancellationRequested)
        {
            using var tree = RootedTree.Open(root);
            var placement = new LayerPlacement(tree, Trees.Shift, isBottom: false);
            foreach (var entry in entries)
                try
                {
                    await placement.PlaceAsync(entry, entry.Open?.Invoke(), default);
                    placed++;
                }
                catch (SnapshotException)
                {
                    refused++;
                }
        }
        await mutator;
        Assert.True(outside.IsIntact);
        Assert.Equal("", await Trees.ShellAsync(folder, "find outside -type f -links +1"));
        Assert.True(exchanged > 100 && placed > 100 && refused > 10, $"{exchanged} exchanges, {placed} placed, {refused} refused");
    }

    private static List<TreeEntry> Read(byte[] tar)
    {
        var entries = new List<TreeEntry>();
        try
        {
            using var reader = new TarReader(new MemoryStream(tar));
            while (reader.GetNextEntry(copyData: true) is { } entry)
                entries.Add(new TreeEntry
                {
                    Path = entry.Name.TrimStart('/').TrimEnd('/'), Link = entry.EntryType == TarEntryType.SymbolicLink ? entry.LinkName : entry.LinkName.TrimStart('/'), Mode = (int)entry.Mode, Open = () => new MemoryStream([1]),
                    Type = entry.EntryType switch
                    {
                        TarEntryType.Directory => TreeEntryType.Directory,
                        TarEntryType.SymbolicLink => TreeEntryType.Symlink,
                        TarEntryType.HardLink => TreeEntryType.HardLink,
                        TarEntryType.Fifo => TreeEntryType.Fifo,
                        _ => TreeEntryType.File,
                    },
                });
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            // The rest makes no sense to anybody.
        }
        return entries;
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }
}
