using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class StoreCollectorTests : IDisposable
{
    private static readonly CollectionPolicy s_all = new() { All = true };

    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Collect_NothingAsked_KeepsWhatIsWhole()
    {
        var blob = await _store.PutAsync("old", 1000);
        var record = await _store.RecordAsync("r", 1000, blob);
        var result = Collect(new CollectionPolicy());
        Assert.Empty(result.Removed);
        Assert.True(_store.Has(blob) && File.Exists(record));
        Assert.Equal(StoreInventory.Read(_store.Root).Size, result.KeptBytes);
    }

    [Fact]
    public void Collect_NoStoreThere_IsNothing()
    {
        using var folder = new TempFolder();
        var result = new StoreCollector(folder["none"], TimeProvider.System).Collect(s_all, false, default);
        Assert.Empty(result.Removed);
        Assert.False(Directory.Exists(folder["none"]));
    }

    [Fact]
    public void Collect_AFolderThatIsNoStore_IsRefused()
    {
        using var folder = new TempFolder();
        var file = folder.Write("blobs/sha256/" + new string('a', 64), "somebody's layout");
        var error = Assert.Throws<ContentException>(() => new StoreCollector(folder.Path, TimeProvider.System).Collect(s_all, false, default));
        Assert.Equal("MBK1206", error.Code);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void Collect_FolderInWhichABuildHasJustBegun_IsNothing()
    {
        using var folder = new TempFolder();
        var facts = folder.Write("facts/" + new string('a', 64), "what a build learned before it made the store");
        Assert.Empty(new StoreCollector(folder.Path, TimeProvider.System).Collect(s_all, false, default).Removed);
        Assert.True(File.Exists(facts));
    }

    [Fact]
    public async Task Collect_WhileABuildMakesTheStore_IsNoFault()
    {
        using var folder = new TempFolder();
        for (var i = 0; i < 100; i++)
        {
            var root = folder[$"{i}"];
            using var together = new Barrier(2);
            var collecting = Task.Run(() =>
            {
                together.SignalAndWait();
                for (var n = 0; n < 20; n++) new StoreCollector(root, TimeProvider.System).Collect(s_all, false, default);
            });
            together.SignalAndWait();
            await using (var build = new LocalContentStore(root)) build.Retain(Digest.Of("x"u8));
            await collecting;
        }
    }

    [Fact]
    public async Task Collect_OlderThan_RemovesWhatWasNotUsedForSoLong()
    {
        var old = await _store.PutAsync("old", 8);
        var young = await _store.PutAsync("young", 6);
        var facts = _store.Write("facts/aa", "x", hoursAgo: 24 * 8);
        var result = Collect(new CollectionPolicy { OlderThan = TimeSpan.FromDays(7) });
        Assert.False(_store.Has(old) || File.Exists(facts));
        Assert.True(_store.Has(young));
        Assert.Equal(4, result.FreedBytes);
    }

    [Fact]
    public async Task Collect_RecordUsedLately_KeepsItsOldBlobs()
    {
        var kept = await _store.PutAsync("kept by a record", 100);
        var alone = await _store.PutAsync("alone", 100);
        await _store.RecordAsync("r", 1, kept);
        Collect(new CollectionPolicy { OlderThan = TimeSpan.FromDays(7) });
        Assert.True(_store.Has(kept));
        Assert.False(_store.Has(alone));
    }

    [Fact]
    public async Task Collect_BlobOfTwoRecords_GoesWithTheLast()
    {
        var blob = await _store.PutAsync("shared", 100);
        await _store.RecordAsync("old", 50, blob);
        var young = await _store.RecordAsync("young", 1, blob);
        Collect(new CollectionPolicy { OlderThan = TimeSpan.FromDays(7) });
        Assert.True(_store.Has(blob));
        File.SetLastWriteTimeUtc(young, TestStore.Now.AddDays(-8));
        Collect(new CollectionPolicy { OlderThan = TimeSpan.FromDays(7) });
        Assert.False(_store.Has(blob));
    }

    [Fact]
    public async Task Collect_KeepBytes_RemovesTheLongestUnusedUntilItHolds()
    {
        var blobs = new List<Digest>();
        for (var i = 0; i < 10; i++) blobs.Add(await _store.PutAsync(new string((char)('a' + i), 10_000), daysAgo: i));
        var result = Collect(new CollectionPolicy { KeepBytes = 35_000 });
        Assert.Equal([true, true, true, false, false, false, false, false, false, false], blobs.Select(_store.Has));
        Assert.Equal(70_000, result.FreedBytes);
        Assert.InRange(StoreInventory.Read(_store.Root).Size, 30_000, 35_000);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(long.MaxValue, false)]
    public async Task Collect_MinFree_RemovesOnlyWhenTheDiskHasLess(long bytes, bool kept)
    {
        var blob = await _store.PutAsync("x", 100);
        Collect(new CollectionPolicy { MinFreeBytes = bytes });
        Assert.Equal(kept, _store.Has(blob));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(long.MaxValue, false)]
    public async Task Collect_MinFreeInodes_RemovesOnlyWhenTheDiskHasFewer(long inodes, bool kept)
    {
        Assert.SkipWhen(Posix.FreeInodes(_store.Root) is null, "This file system knows no limit of inodes.");
        var blob = await _store.PutAsync("x", 100);
        Collect(new CollectionPolicy { MinFreeInodes = inodes });
        Assert.Equal(kept, _store.Has(blob));
    }

    [Fact]
    public async Task Collect_MinFreeInodes_RemovesAsManyFilesAsAreMissing()
    {
        Assert.SkipWhen(Posix.FreeInodes(_store.Root) is null, "This file system knows no limit of inodes.");
        for (var i = 0; i < 20; i++) await _store.PutAsync($"b{i}", daysAgo: i + 1);
        // Others use the disk too, so what is asked for is missed by more than they make or remove meanwhile.
        var asked = Posix.FreeInodes(_store.Root)!.Value + 1_000_000;
        Assert.Equal(20, Collect(new CollectionPolicy { MinFreeInodes = asked }, dryRun: true).Removed.Count);
    }

    [Fact]
    public async Task Collect_FilterByKind_TakesNoOther()
    {
        var (alone, referred) = (await _store.PutAsync("alone", 10), await _store.PutAsync("referred to", 10));
        var record = await _store.RecordAsync("r", 10, referred);
        var facts = _store.Write("facts/aa", "x", hoursAgo: 100);
        Collect(Filtered(new CollectionFilter { Kinds = [CollectedKind.Blob] }));
        Assert.Equal((false, true, true, true), (_store.Has(alone), _store.Has(referred), File.Exists(record), File.Exists(facts)));
        Collect(Filtered(new CollectionFilter { Kinds = [CollectedKind.Record, CollectedKind.Facts] }));
        Assert.Equal((true, false, false), (_store.Has(referred), File.Exists(record), File.Exists(facts)));
    }

    [Fact]
    public async Task Collect_FilterUnreferenced_LeavesWhatRecordsReferTo()
    {
        var (alone, referred) = (await _store.PutAsync("alone"), await _store.PutAsync("referred to", 10));
        var record = await _store.RecordAsync("r", 10, referred);
        var facts = _store.Write("facts/aa", "x", hoursAgo: 100);
        Collect(Filtered(new CollectionFilter { Unreferenced = true }));
        Assert.Equal((false, true, true, true), (_store.Has(alone), _store.Has(referred), File.Exists(record), File.Exists(facts)));
    }

    [Fact]
    public async Task Collect_FilterByDigest_TakesTheBlobBehindItsRecordAndNoOther()
    {
        var (wanted, other) = (await _store.PutAsync("wanted"), await _store.PutAsync("other"));
        var record = await _store.RecordAsync("r", 0, wanted, other);
        var another = await _store.RecordAsync("s", 0, other);
        foreach (var prefix in new[] { wanted.ToString()[..15], wanted.Hex[..8] })
        {
            var told = Collect(Filtered(new CollectionFilter { DigestPrefixes = [prefix, "ffffffffffffffff"] }), dryRun: true);
            Assert.Equal([record, _store.PathOf(wanted)], told.Removed.Select(r => r.File.Path));
        }
        Collect(Filtered(new CollectionFilter { DigestPrefixes = [wanted.Hex[..8]] }));
        Assert.Equal((false, true, false, true), (_store.Has(wanted), _store.Has(other), File.Exists(record), File.Exists(another)));
    }

    [Fact]
    public async Task Collect_FilterUnusedFor_SparesTheYoungThoughTheStoreIsTooLarge()
    {
        var (old, young) = (await _store.PutAsync("old", 10), await _store.PutAsync("young", 1));
        Collect(new CollectionPolicy { KeepBytes = 0, Filter = new CollectionFilter { UnusedFor = TimeSpan.FromDays(7) } });
        Assert.Equal((false, true), (_store.Has(old), _store.Has(young)));
    }

    [Fact]
    public async Task Collect_FilterThatFitsNothing_StillRemovesLeftovers()
    {
        var blob = await _store.PutAsync("x", 10);
        var dead = _store.Write("ingest/77-0-1", "half a blob");
        Collect(Filtered(new CollectionFilter { Kinds = [CollectedKind.Leftover] }));
        Assert.Equal((true, false), (_store.Has(blob), File.Exists(dead)));
    }

    [Fact]
    public async Task Collect_RecordOfAHeldBlob_StaysWithAllItsBlobs()
    {
        var (held, other) = (await _store.PutAsync("held", 10), await _store.PutAsync("other", 10));
        var record = await _store.RecordAsync("r", 10, held, other);
        await using (var build = new LocalContentStore(_store.Root))
        {
            build.Retain(held);
            Collect(s_all);
            Assert.Equal((true, true, true), (_store.Has(held), _store.Has(other), File.Exists(record)));
        }
        Collect(s_all);
        Assert.Equal((false, false, false), (_store.Has(held), _store.Has(other), File.Exists(record)));
    }

    [Fact]
    public async Task Collect_All_LeavesNoBlobRecordOrFacts()
    {
        var blob = await _store.PutAsync("a");
        await _store.RecordAsync("r", 0, blob);
        _store.Write("facts/aa", "x");
        Collect(s_all);
        var left = StoreInventory.Read(_store.Root);
        Assert.Empty(left.Blobs);
        Assert.Empty(left.Records);
        Assert.Empty(left.Facts);
    }

    [Fact]
    public async Task Collect_DryRun_TellsTheSameAndRemovesNothing()
    {
        var blob = await _store.PutAsync("a", 10);
        await _store.RecordAsync("r", 10, blob);
        _store.Write("ingest/77-0-1", "half");
        var before = StoreInventory.Read(_store.Root).Size;
        var told = Collect(s_all, dryRun: true);
        Assert.Equal(before, StoreInventory.Read(_store.Root).Size);
        var done = Collect(s_all);
        Assert.Equal(done.Removed.Select(r => r.File.Path), told.Removed.Select(r => r.File.Path));
        Assert.Equal(done.KeptBytes, told.KeptBytes);
    }

    [Fact]
    public async Task Collect_HeldInThisProcess_Stays()
    {
        var blob = await _store.PutAsync("held", 100);
        await using (var build = new LocalContentStore(_store.Root))
        {
            build.Retain(blob);
            var result = Collect(s_all);
            Assert.Equal(4, result.InUseBytes);
            Assert.True(_store.Has(blob));
        }
        Collect(s_all);
        Assert.False(_store.Has(blob));
    }

    [Fact]
    public async Task Collect_HeldByALiveProcess_StaysUntilItIsKilled()
    {
        var blob = await _store.PutAsync("held", 100);
        using var holder = await HoldingProcess.StartAsync(_store.Root, blob);
        var other = await _store.PutAsync("not held", 100);
        Collect(s_all);
        Assert.True(_store.Has(blob));
        Assert.False(_store.Has(other));
        Assert.Single(Directory.GetFiles(_store["ingest"]));

        holder.Kill();
        Assert.Single(Directory.GetFiles(_store["ingest"]));
        var result = Collect(s_all);
        Assert.False(_store.Has(blob));
        Assert.Empty(Directory.GetFiles(_store["ingest"]));
        Assert.Equal([_store["leases/.gate"]], Directory.GetFiles(_store["leases"]));
        Assert.Equal(3, result.Removed.Count(r => r.Kind == CollectedKind.Leftover));
    }

    [Fact]
    public async Task Lease_OfAProcessThatEnds_IsGone()
    {
        using var holder = await HoldingProcess.StartAsync(_store.Root, await _store.PutAsync("held"));
        holder.End();
        Assert.Equal([_store["leases/.gate"]], Directory.GetFiles(_store["leases"]));
        Assert.Empty(Directory.GetFiles(_store["ingest"]));
    }

    [Fact]
    public async Task Collect_DeadLease_ProtectsNothingAndGoes()
    {
        var blob = await _store.PutAsync("a", 100);
        _store.Write("leases/12345-0", $"\n{blob}\n");
        _store.Write("leases/12345-0.lock", "");
        Collect(s_all);
        Assert.False(_store.Has(blob) || File.Exists(_store["leases/12345-0"]) || File.Exists(_store["leases/12345-0.lock"]));
    }

    [Fact]
    public async Task Lease_NameTakenByADeadOne_IsAnother()
    {
        _store.Write($"leases/{Environment.ProcessId}-0.lock", "");
        var blob = await _store.PutAsync("a", 100);
        await using var build = new LocalContentStore(_store.Root);
        build.Retain(blob);
        Collect(s_all);
        Assert.True(_store.Has(blob));
        Assert.False(File.Exists(_store[$"leases/{Environment.ProcessId}-0.lock"]));
    }

    [Fact]
    public async Task Lease_LineCutOffByAFullDisk_DoesNotHideTheNext()
    {
        var (cut, next) = (await _store.PutAsync("cut", 100), await _store.PutAsync("next", 100));
        await using var build = new LocalContentStore(_store.Root);
        build.Retain(Digest.Of("first"u8));
        var lease = Directory.GetFiles(_store["leases"]).Single(f => f.EndsWith("-0", StringComparison.Ordinal));
        await using (var file = new FileStream(lease, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) file.Write("\nsha256:ab"u8);
        // Where the build's own writing goes on after what the disk took of the line.
        await using (var file = new FileStream(lease, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) file.Write(System.Text.Encoding.ASCII.GetBytes($"\n{next}\n"));
        Collect(s_all);
        Assert.True(_store.Has(next));
        Assert.False(_store.Has(cut));
    }

    [Fact]
    public async Task Collect_Ingests_RemovesTheDeadAndKeepsTheLive()
    {
        var dead = _store.Write("ingest/77-0-1", "half a blob");
        await using var build = new LocalContentStore(_store.Root);
        await using var ingest = build.BeginIngest();
        await ingest.WriteAsync("whole"u8.ToArray(), default);
        var result = Collect(new CollectionPolicy());
        Assert.False(File.Exists(dead));
        Assert.Equal(11, result.FreedBytes);
        var digest = await ingest.CommitAsync(null, null, default);
        Assert.True(_store.Has(digest));
    }

    [Fact]
    public void Collect_StagedFiles_RemovesThoseThatNobodyFinished()
    {
        var old = _store.Write("index/ab/cd.12-3.tmp", "x", hoursAgo: 2);
        var oldFacts = _store.Write("facts/ab.12-3", "x", hoursAgo: 2);
        var young = _store.Write("index/ab/ce.12-3.tmp", "x");
        Collect(new CollectionPolicy());
        Assert.False(File.Exists(old) || File.Exists(oldFacts));
        Assert.True(File.Exists(young));
    }

    [Fact]
    public async Task Collect_DamagedRecord_GoesUnderAnyPolicy()
    {
        var record = await _store.RecordAsync("r", 0, await _store.PutAsync("a"));
        TestStore.Damage(record);
        Collect(new CollectionPolicy());
        Assert.False(File.Exists(record));
    }

    [Fact]
    public async Task Collect_WhileBuildsTakeHold_NeverTakesWhatTheyFound()
    {
        for (var round = 0; round < 60; round++)
        {
            var blobs = new List<Digest>();
            for (var i = 0; i < 8; i++) blobs.Add(await _store.PutAsync($"{round}-{i}", 100));
            await using var build = new LocalContentStore(_store.Root);
            using var together = new Barrier(2);
            var collecting = Task.Run(() =>
            {
                together.SignalAndWait();
                Collect(s_all);
            });
            together.SignalAndWait();
            var found = new List<Digest>();
            foreach (var blob in blobs)
            {
                build.Retain(blob);
                if (await build.FindSizeAsync(blob, default) is not null) found.Add(blob);
            }
            await collecting;
            Assert.All(found, blob => Assert.True(_store.Has(blob)));
            Collect(s_all);
            Assert.All(found, blob => Assert.True(_store.Has(blob)));
        }
    }

    [Fact]
    public async Task Retain_OldBlob_CountsAsUse()
    {
        var blob = await _store.PutAsync("a", 100);
        await using (var build = new LocalContentStore(_store.Root)) build.Retain(blob);
        Collect(new CollectionPolicy { OlderThan = TimeSpan.FromDays(7) });
        Assert.True(_store.Has(blob));
    }

    private static CollectionPolicy Filtered(CollectionFilter filter) => new() { All = true, Filter = filter };

    private CollectionResult Collect(CollectionPolicy policy, bool dryRun = false) =>
        new StoreCollector(_store.Root, TimeProvider.System).Collect(policy, dryRun, default);
}
