using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

public sealed class SnapshotStoreTests
{
    [Theory, InlineData(true), InlineData(false)]
    public Task Ensure_Chain_IsUnpackedOnceAndHeld(bool asRoot) => InsideProcess.RunAsync(asRoot, EnsureAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Keep_Draft_IsTheSnapshotOfItsChain(bool asRoot) => InsideProcess.RunAsync(asRoot, KeepAsync);

    [Fact]
    public Task Dispose_DraftNotKept_LeavesNothing() => InsideProcess.RunAsync(false, DropAsync);

    [Fact]
    public Task Remove_InUse_StaysUntilItIsNot() => InsideProcess.RunAsync(false, RemoveAsync);

    [Fact]
    public Task Ensure_BadLayers_LeaveNothing() => InsideProcess.RunAsync(false, BadLayersAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Ensure_DiskIsFull_IsExplainedAndLeavesNothing(bool asRoot) => InsideProcess.RunAsync(asRoot, FullDiskAsync);

    [Fact]
    public Task Ensure_DamagedRecord_IsMadeAnew() => InsideProcess.RunAsync(false, DamagedAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Ensure_DescribedLayerMuchLikeAnother_LiesOnThatOne(bool asRoot) => InsideProcess.RunAsync(asRoot, DescribeAsync);

    [Fact]
    public Task C13_Folders_AreClosedToOthers() => InsideProcess.RunAsync(false, ModesAsync);

    [Fact]
    public Task EnsureComing_BlobsOnTheirWay_AreUnpackedBeforeTheyAreThere() => InsideProcess.RunAsync(false, ComingAsync);

    [Fact]
    public Task EnsureComing_GivenUpAndBegunAgain_GoesOnWithWhatComesThen() => InsideProcess.RunAsync(false, ComingAgainAsync);

    [Fact]
    public Task EnsureComing_NotWhatWasPromised_SaysSoOnceItIsThere() => InsideProcess.RunAsync(false, ComingWrongAsync);

    [Fact]
    public Task EnsureComing_Cancelled_LeavesNothing() => InsideProcess.RunAsync(false, ComingNeverAsync);

    [Theory, InlineData(true), InlineData(false)]
    public async Task Ensure_TwoProcessesAtOnce_DoTheWorkOnce(bool asRoot)
    {
        using var temp = new TempFolder("twice");
        var folder = await InsideProcess.MakeFolderAsync(asRoot, temp);
        using var first = await InsideProcess.StartAsync(asRoot, folder, EnsureSlowlyAsync);
        using var second = await InsideProcess.StartAsync(asRoot, folder, EnsureSlowlyAsync);
        await Task.WhenAll(first.WaitForAsync("waiting"), second.WaitForAsync("waiting"));
        first.Tell();
        second.Tell();
        await Task.WhenAll(first.SucceedAsync(), second.SucceedAsync());
        Assert.Equal(3, Directory.GetFiles(folder, "opened-*").Length);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Ensure_AfterAKilledOne_BeginsAnewAndSparesTheLiving(bool asRoot)
    {
        using var temp = new TempFolder("killed");
        var folder = await InsideProcess.MakeFolderAsync(asRoot, temp);
        using var living = await InsideProcess.StartAsync(asRoot, folder, HoldDraftAsync);
        await living.WaitForAsync("holding");
        using (var killed = await InsideProcess.StartAsync(asRoot, folder, StopHalfwayAsync))
        {
            await killed.WaitForAsync("halfway");
            killed.Kill();
        }
        Assert.Equal(2, Directory.GetDirectories(Path.Combine(folder, "snapshots/staging")).Length);
        using var next = await InsideProcess.StartAsync(asRoot, folder, EnsureAfterAsync);
        await next.SucceedAsync();
        Assert.Single(Directory.GetDirectories(Path.Combine(folder, "snapshots/staging")));
        living.Tell();
        await living.SucceedAsync();
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task EnsureAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var layers = await bed.PutAsync(Sample());
        using (var stack = await bed.Store.EnsureAsync(layers, default))
        {
            Assert.Equal(ChainId.Of(layers.Select(l => l.DiffId)), stack.Ids);
            Assert.Equal(3, stack.Lowers.Count);
            Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
            // A layer that does not name the root has that of the layer below.
            Assert.All(stack.Lowers, l => Assert.Equal((0b111_101_000, 6u, 1234L), RootOf(l)));
        }
        bed.Content.Opened.Clear();
        using (var stack = await bed.Store.EnsureAsync(layers, default)) Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
        Assert.Empty(bed.Content.Opened);
        using (var stack = await bed.Store.EnsureAsync([], default)) Assert.Empty(stack.Lowers);

        var list = bed.Records();
        Assert.Equal(ChainId.Of(layers.Select(l => l.DiffId)).ToHashSet(), list.Select(s => s.Id).ToHashSet());
        Assert.Equal(2, list.Count(s => s.Parent is not null));
        Assert.All(StoreTrees.Read(folder), t => Assert.True(t.File.Size > 0 && t.Count > 1 && DateTime.UtcNow - t.File.LastUsed < TimeSpan.FromHours(1)));
        Assert.Equal(1, list.Sum(s => s.LeftOut));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task KeepAsync(string folder)
    {
        await using var bed = new Bed(folder);
        using var parent = await bed.Store.EnsureAsync((await bed.PutAsync(Sample()))[..2], default);
        for (var round = 0; round < 2; round++)
        {
            using var draft = bed.Store.Begin(parent);
            using (var mount = draft.Mount())
            {
                await Trees.ShellAsync(mount.Target, "rm -r a; mkdir e; echo x > e/f; find . -uid 0 -exec chown 1:1 {} +; touch -d @7 e/f; touch -d @8 e");
                mount.Unmount();
            }
            Digest diffId;
            using (var below = OverlayMount.ReadOnly(Directory.CreateDirectory(Path.Combine(folder, "below")).FullName, parent.Lowers))
            using (var lower = RootedTree.Open(below.Target))
            using (var upper = RootedTree.Open(draft.Upper))
                diffId = (await LayerWriter.WriteAsync(new UpperTree(upper, lower, 1, null).Read(), bed.Blobs, new LayerOptions(), "", default)).DiffId;
            using var kept = await bed.Store.KeepAsync(draft, diffId, default);
            Assert.Equal(ChainId.Of(parent.Id, diffId), kept.Id);
            Assert.Equal(["b", "c", "e"], await bed.NamesAsync(kept));
            // The second is the same as the first, and is dropped.
            Assert.Equal(3, bed.Records().Count);
        }
        using (var scratch = await bed.Store.EnsureAsync([], default))
        using (var draft = bed.Store.Begin(scratch))
        {
            using (var mount = draft.Mount())
            {
                File.WriteAllText(Path.Combine(mount.Target, "f"), "");
                mount.Unmount();
            }
            using var kept = await bed.Store.KeepAsync(draft, Digest.Of("a layer"u8), default);
            Assert.Equal(Digest.Of("a layer"u8), kept.Id);
            Assert.Equal(["f"], await bed.NamesAsync(kept));
        }
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task DropAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        using var parent = await bed.Store.EnsureAsync(await bed.PutAsync(Sample()), default);
        using (var draft = bed.Store.Begin(parent))
        {
            using var mount = draft.Mount();
            await Trees.ShellAsync(mount.Target, $"mkdir -p x/y; ln -s {outside.Root} x/l; chown -R 9:9 x; chmod 0 x/y x");
            mount.Unmount();
        }
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
        Assert.True(outside.IsIntact);
    }

    private static async Task ComingAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var tars = Sample();
        var layers = tars.Select(Bed.LayerOf).ToArray();
        var unpacking = bed.Store.EnsureComingAsync(layers, default);
        var ingests = tars.Select((t, i) => (Tar: t, Ingest: bed.Blobs.BeginIngest(layers[i].Blob.Digest))).ToList();
        foreach (var (tar, ingest) in ingests) await ingest.WriteAsync(tar.AsMemory(..^1), default);
        await Task.Delay(50);
        Assert.False(unpacking.IsCompleted);
        Assert.Empty(bed.Records());
        foreach (var (tar, ingest) in ingests) await ingest.WriteAsync(tar.AsMemory(^1..), default);
        // None of them is there yet.
        using (var stack = await unpacking) Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
        Assert.Empty(bed.Content.Opened);
        foreach (var (_, ingest) in ingests)
        {
            await ingest.CommitAsync(null, null, default);
            await ingest.DisposeAsync();
        }
        Assert.All(layers, l => Assert.Null(bed.Blobs.FindArriving(l.Blob.Digest, l.Blob.Size)));
    }

    private static async Task ComingAgainAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var tar = Sample()[0];
        var layer = Bed.LayerOf(tar);
        var unpacking = bed.Store.EnsureComingAsync([layer], default);
        await using (var ingest = bed.Blobs.BeginIngest(layer.Blob.Digest))
        {
            await ingest.WriteAsync(tar.AsMemory(..^1), default);
            await Task.Delay(50);
        }
        await Task.Delay(50);
        Assert.False(unpacking.IsCompleted);
        await using var again = bed.Blobs.BeginIngest(layer.Blob.Digest);
        await again.WriteAsync(tar, default);
        using var stack = await unpacking;
        Assert.Equal(ChainId.Of([layer.DiffId])[0], stack.Id);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task ComingWrongAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var tar = Sample()[0];
        var layer = Bed.LayerOf(tar) with { DiffId = Digest.Of("something else"u8) };
        var unpacking = bed.Store.EnsureComingAsync([layer], default);
        await using (var ingest = bed.Blobs.BeginIngest(layer.Blob.Digest))
        {
            await ingest.WriteAsync(tar, default);
            await Task.Delay(50);
            Assert.False(unpacking.IsCompleted);
            await ingest.CommitAsync(null, null, default);
        }
        Assert.Equal("MBK1502", (await Assert.ThrowsAsync<SnapshotException>(() => unpacking)).Code);
        Assert.Empty(bed.Records());
    }

    private static async Task ComingNeverAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var tar = Sample()[0];
        var layer = Bed.LayerOf(tar);
        using var stop = new CancellationTokenSource();
        var unpacking = bed.Store.EnsureComingAsync([layer], stop.Token);
        await using var ingest = bed.Blobs.BeginIngest(layer.Blob.Digest);
        await ingest.WriteAsync(tar.AsMemory(..^1), default);
        await Task.Delay(50);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => unpacking);
        Assert.Empty(bed.Records());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task RemoveAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var layers = await bed.PutAsync(Sample());
        var ids = ChainId.Of(layers.Select(l => l.DiffId));
        using (await bed.Store.EnsureAsync(layers[..2], default))
        {
            using (await bed.Store.EnsureAsync(layers, default))
            {
            }
            Assert.Equal([ids[2]], bed.Remove([.. ids, Digest.Of("no such"u8)]));
            Assert.Equal(2, bed.Records().Count);
        }
        Assert.Equal([ids[0]], bed.Remove([ids[0]]));
        // What is missing in the middle is made again.
        using (var stack = await bed.Store.EnsureAsync(layers, default)) Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
        Assert.Equal(ids, bed.Remove(ids));
        Assert.Empty(bed.Records());
        Assert.Equal(["staging"], Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots")).Select(Path.GetFileName));
    }

    private static async Task BadLayersAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var good = await bed.PutAsync(Sample());
        var hostile = await bed.PutAsync([.. Sample()[..1], new RawTar().File("../x", "").ToArray()]);
        Assert.Equal("MBK1503", (await Assert.ThrowsAsync<SnapshotException>(() => bed.Store.EnsureAsync(hostile, default))).Code);
        Assert.Equal("MBK1502", (await Assert.ThrowsAsync<SnapshotException>(() => bed.Store.EnsureAsync([good[0], good[1] with { DiffId = good[2].DiffId }], default))).Code);
        File.Delete(bed.Blobs.PathOf(good[1].Blob.Digest));
        Assert.Equal("MBK1509", (await Assert.ThrowsAsync<SnapshotException>(() => bed.Store.EnsureAsync(good, default))).Code);
        Assert.Equal("MBK1509", (await Assert.ThrowsAsync<SnapshotException>(() => bed.Store.EnsureAsync([good[2] with { Blob = good[2].Blob with { MediaType = "text/plain" } }], default))).Code);
        Assert.Single(bed.Records());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
    }

    private static async Task FullDiskAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var layers = await bed.PutAsync(Sample());
        await Trees.ShellAsync(folder, "mkdir snapshots; mount -t tmpfs -o size=64k,mode=700 none snapshots");
        var error = await Assert.ThrowsAsync<SnapshotException>(() => bed.Store.EnsureAsync(layers, default));
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Single(bed.Records());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
        await Trees.ShellAsync(folder, "mount -o remount,size=4m snapshots");
        using (var stack = await bed.Store.EnsureAsync(layers, default)) Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
        await Trees.ShellAsync(folder, "umount snapshots");
    }

    private static async Task DamagedAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var layers = await bed.PutAsync(Sample());
        using (await bed.Store.EnsureAsync(layers, default))
        {
        }
        foreach (var record in Directory.GetFiles(Path.Combine(folder, "snapshots"), "record", SearchOption.AllDirectories).Take(2)) File.WriteAllText(record, "");
        Assert.Single(bed.Records());
        using var stack = await bed.Store.EnsureAsync(layers, default);
        Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
        Assert.Equal(3, bed.Records().Count);
    }

    private static async Task ModesAsync(string folder)
    {
        await using var bed = new Bed(folder);
        using var stack = await bed.Store.EnsureAsync(await bed.PutAsync(Sample()), default);
        foreach (var directory in new[] { "snapshots", "snapshots/staging" }.Select(d => Path.Combine(folder, d)).Concat(stack.Lowers.Select(l => Path.GetDirectoryName(l)!)))
        {
            using var tree = RootedTree.Open(directory);
            Assert.Equal((0b111_001_001, 0u), (tree.Read("").Permissions, tree.Read("").Uid));
        }
    }

    private static async Task EnsureSlowlyAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var layers = await bed.PutAsync(Sample());
        Console.WriteLine("waiting");
        Console.ReadLine();
        bed.Content.Opening = async name =>
        {
            await using (new FileStream(Path.Combine(folder, "opened-" + name), FileMode.CreateNew)) { }
            await Task.Delay(300);
        };
        using var stack = await bed.Store.EnsureAsync(layers, default);
        Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack, $"shown-{Environment.CurrentManagedThreadId}"));
    }

    private static async Task HoldDraftAsync(string folder)
    {
        await using var bed = new Bed(folder);
        using var stack = await bed.Store.EnsureAsync((await bed.PutAsync(Sample()))[..1], default);
        using var draft = bed.Store.Begin(stack);
        File.WriteAllText(Path.Combine(draft.Upper, "f"), "");
        Console.WriteLine("holding");
        Console.ReadLine();
        Assert.True(File.Exists(Path.Combine(draft.Upper, "f")));
    }

    private static async Task StopHalfwayAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var layers = await bed.PutAsync(Sample());
        bed.Content.Reading = position =>
        {
            if (position < 4096) return;
            Console.WriteLine("halfway");
            Thread.Sleep(Timeout.Infinite);
        };
        await bed.Store.EnsureAsync(layers, default);
    }

    private static async Task EnsureAfterAsync(string folder)
    {
        await using var bed = new Bed(folder);
        using var stack = await bed.Store.EnsureAsync(await bed.PutAsync(Sample()), default);
        Assert.Equal(["a", "b", "c", "d"], await bed.NamesAsync(stack));
    }

    private static async Task DescribeAsync(string folder)
    {
        await using var bed = new Bed(folder);
        var ground = (await bed.PutAsync(Sample()))[..2];
        var before = Enumerable.Range(10, 50).ToDictionary(i => $"s/f{i}", i => $"{i}");
        var now = before.Where(f => f.Key != "s/f11").ToDictionary();
        (now["s/f12"], now["s/new"]) = ("changed", "new");

        using var first = await bed.Store.EnsureAsync([.. ground, await bed.DescribeAsync(before)], default);
        var layer = await bed.DescribeAsync(now);
        using (var second = await bed.Store.EnsureAsync([.. ground, layer], default))
        {
            Assert.Equal((3, 4), (first.Lowers.Count, second.Lowers.Count));
            Assert.Equal(first.Lowers, second.Lowers.Skip(1));
            Assert.Equal("2", (await Trees.ShellAsync(second.Lowers[0], "find . -type f | wc -l")).Trim());
            Assert.Equal(["a", "b", "c", "s"], await bed.NamesAsync(second));
            Assert.Equal(now, await bed.FilesAsync(second));
            Assert.Equal(before, await bed.FilesAsync(first));
        }

        // Another process knows what it lies on; when that is gone, it is no snapshot.
        using (var again = await bed.Open().EnsureAsync([.. ground, layer], default)) Assert.Equal(4, again.Lowers.Count);
        Assert.Empty(bed.Remove([first.Ids[^1]]));
        first.Dispose();
        Assert.Single(bed.Remove([first.Ids[^1]]));
        using var whole = await bed.Open().EnsureAsync([.. ground, layer], default);
        Assert.Equal(3, whole.Lowers.Count);
        Assert.Equal(now, await bed.FilesAsync(whole));
    }

    private static (int, uint, long) RootOf(string directory)
    {
        using var tree = RootedTree.Open(directory);
        var root = tree.Read("");
        return (root.Permissions, root.Uid, root.ModifiedSeconds);
    }

    private static List<byte[]> Sample() =>
    [
        [.. TarHeader.Encode(new TreeEntry { Path = "", Type = TreeEntryType.Directory, Mode = 0b111_101_000, Uid = 5, ModifiedSeconds = 1234 }), .. new RawTar().Folder("a").File("a/1", "1").Add('3', "a/null").ToArray()],
        new RawTar().Folder("b").File("b/1", new string('x', 100_000)).File("c", "").ToArray(),
        new RawTar().File("d", "").File("a/.wh.1", "").ToArray(),
    ];

    private sealed class Bed : IAsyncDisposable
    {
        private readonly string _folder;
        private readonly Dictionary<Digest, byte[]> _contents = [];

        public Bed(string folder)
        {
            _folder = folder;
            Blobs = new LocalContentStore(Path.Combine(folder, "store"));
            Content = new WatchedContent(Blobs);
            Store = Open();
        }

        public LocalContentStore Blobs { get; }

        public WatchedContent Content { get; }

        public SnapshotStore Store { get; }

        public IReadOnlyList<SnapshotRecord> Records() =>
            [.. StoreTrees.Read(_folder).Where(t => t.Kind == CollectedKind.Snapshot).Select(t => SnapshotRecord.Find(Path.Combine(t.File.Path, "record"))).OfType<SnapshotRecord>()];

        /// <summary>Removes what nobody uses, as collection does; those that went.</summary>
        public IReadOnlyList<Digest> Remove(IReadOnlyList<Digest> ids) =>
            [.. ids.Where(id => StoreTrees.Read(_folder).FirstOrDefault(t => Path.GetFileName(t.File.Path) == id.Hex[..24]) is { } tree && StoreTrees.TryRemove(_folder, tree))];

        public SnapshotStore Open() => new(
            Path.Combine(_folder, "snapshots"), Content, new KeyLocks(Path.Combine(_folder, "locks")), Trees.Shift, open: c => new MemoryStream(_contents[c]));

        /// <summary>A described layer of text files in one folder.</summary>
        public async Task<Layer> DescribeAsync(IReadOnlyDictionary<string, string> files)
        {
            foreach (var bytes in files.Values.Select(Encoding.UTF8.GetBytes)) _contents[Digest.Of(bytes)] = bytes;
            var entries = files.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f =>
                new TreeEntry { Path = f.Key, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = f.Value.Length, Content = Digest.Of(Encoding.UTF8.GetBytes(f.Value)), Open = () => Stream.Null });
            var blob = await Blobs.PutAsync(TreeDescription.MediaType, TreeDescription.TryWrite(entries.Prepend(new TreeEntry { Path = "s", Type = TreeEntryType.Directory, Mode = 0b111_101_101 }))!, default);
            return new Layer { DiffId = blob.Digest, Blob = blob, CreatedBy = "" };
        }

        /// <summary>The files in that folder.</summary>
        public async Task<Dictionary<string, string>> FilesAsync(SnapshotStack stack)
        {
            using var mount = OverlayMount.ReadOnly(Directory.CreateDirectory(Path.Combine(_folder, "shown")).FullName, stack.Lowers);
            return (await Trees.ShellAsync(mount.Target, "cd s && grep -H . *")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(':')).ToDictionary(l => "s/" + l[0], l => l[1]);
        }

        public static Layer LayerOf(byte[] tar) => new() { DiffId = Digest.Of(tar), CreatedBy = "", Blob = Descriptor.Of(MediaTypes.OciLayer, tar) };

        public async Task<Layer[]> PutAsync(IReadOnlyList<byte[]> tars)
        {
            var layers = new List<Layer>();
            foreach (var tar in tars)
            {
                await using var ingest = Blobs.BeginIngest();
                await ingest.WriteAsync(tar, default);
                await ingest.CommitAsync(null, null, default);
                layers.Add(LayerOf(tar));
            }
            return [.. layers];
        }

        public async Task<string[]> NamesAsync(SnapshotStack stack, string target = "shown")
        {
            using var mount = OverlayMount.ReadOnly(Directory.CreateDirectory(Path.Combine(_folder, target)).FullName, stack.Lowers);
            return (await Trees.ShellAsync(mount.Target, "ls -A | sort")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }

        public ValueTask DisposeAsync() => Blobs.DisposeAsync();
    }

    private sealed class WatchedContent(LocalContentStore inner) : IContentStore
    {
        public List<Digest> Opened { get; } = [];

        public Func<string, Task>? Opening { get; set; }

        public Action<long>? Reading { get; set; }

        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => inner.FindSizeAsync(digest, cancellationToken);

        public async ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken)
        {
            Opened.Add(digest);
            if (Opening is not null) await Opening(digest.Hex[..8]);
            var stream = inner.Find(digest);
            return stream is null || Reading is null ? stream : new WatchedStream(stream, Reading);
        }

        public ContentIngest BeginIngest(Digest? expected = null) => inner.BeginIngest(expected);

        public Stream? FindArriving(Digest digest, long size) => inner.FindArriving(digest, size);

        public void Retain(Digest digest) => inner.Retain(digest);
    }

    private sealed class WatchedStream(Stream inner, Action<long> reading) : ReadingStream
    {
        private long _position;

        public override int Read(Span<byte> buffer)
        {
            reading(_position);
            var read = inner.Read(buffer[..Math.Min(buffer.Length, 2048)]);
            _position += read;
            return read;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing) inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
