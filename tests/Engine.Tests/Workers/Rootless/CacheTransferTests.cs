using System.Diagnostics;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.Engine.Tests.Snapshots.Linux;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.TestKit.Archives;
using CacheSharingOpt = MsBuildKit.Engine.Llb.Pb.CacheSharingOpt;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Caches that become layers and caches again, where a worker does that.</summary>
public sealed class CacheTransferTests
{
    private static readonly CacheName s_name = new("the cache");

    [Theory, InlineData(true), InlineData(false)]
    public Task Import_WhatWasExported_IsTheSameTree(bool asRoot) => InsideProcess.RunAsync(asRoot, CarryAsync);

    [Fact]
    public Task Import_OverACacheThatIsThere_ReplacesAllOfIt() => InsideProcess.RunAsync(false, ReplaceAsync);

    [Fact]
    public Task ExportAndImport_WhileAStepUsesTheCache_WaitOrSaySo() => InsideProcess.RunAsync(false, WaitAsync);

    [Fact]
    public Task ExportAndImport_Cancelled_LeaveNothing() => InsideProcess.RunAsync(false, CancelAsync);

    [Fact]
    public Task Import_HostileLayers_AreRefusedAndTouchNothing() => InsideProcess.RunAsync(false, RefuseAsync);

    [Fact]
    public Task Export_NameThatMeansARemoval_IsRefused() => InsideProcess.RunAsync(false, RefuseRemovalAsync);

    private static async Task CarryAsync(string folder)
    {
        await using var from = new CacheBench(Path.Combine(folder, "from"));
        (await from.TakeAsync(s_name)).Dispose();
        await Trees.ShellAsync(from.PathOf(s_name), """
            mkdir -p a/b; echo one > a/one; ln a/one a/b/two; ln -s /nowhere a/link; ln -s one a/three; mkfifo pipe; : > none; truncate -s 3M big; echo end >> big; printf 'ü' > "a/sp ace ü"
            perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un("socket")) or die'
            chown -hR 1:1 .; chown 1001:6 a/one; chown -h 7:8 a/link; chown 65534:65534 a/b; chmod 4750 a/one; chmod 2711 a/b; chmod 1777 .; chown 43:44 .
            find . -depth -exec touch -h -d @1000000000 {} +
            """);
        using (var tree = RootedTree.Open(from.PathOf(s_name))) Assert.True(tree.TrySetXattr("a/one", "user.mark", [0, 255]) && tree.TrySetXattr("a", "user.folder", [1]) && tree.TrySetXattr("", "user.root", [2]));
        var first = await from.ExportAsync(s_name);
        Assert.Equal(first, await from.ExportAsync(s_name));
        Assert.NotEqual(first.Digest, (await from.ExportAsync(s_name, compression: Compression.Gzip)).Digest);
        Assert.Equal((s_name, CacheUse.None), (Assert.Single(from.List).Name, Assert.Single(from.List).Use));

        await using var to = new CacheBench(Path.Combine(folder, "to"));
        await to.FetchAsync(from, first);
        Assert.False((await to.ImportAsync(s_name, first)).Kept);
        File.Delete(from.PathOf(s_name) + "/socket");
        Directory.SetLastWriteTimeUtc(from.PathOf(s_name), DateTime.UnixEpoch.AddSeconds(1_000_000_000));
        var arrived = await DescribeAsync(to.PathOf(s_name));
        Assert.Equal(await DescribeAsync(from.PathOf(s_name)), arrived);
        Assert.All((string[])["\n1777 43:44 1000000000\n user.root 02\n", "a/one user.mark 00FF\n", "a/b/two|f|4750|1001:6|"], said => Assert.Contains(said, arrived, StringComparison.Ordinal));
        Assert.Equal(s_name, Assert.Single(to.List).Name);
        Assert.Empty(to.Staged);
        Assert.Equal(first, await to.ExportAsync(s_name));
    }

    private static async Task<string> DescribeAsync(string path)
    {
        using var tree = RootedTree.Open(path);
        var attributes = ((string[])["", "a", "a/one", "big"]).SelectMany(p => tree.ReadXattrs(p).Where(x => x.Key.StartsWith("user.", StringComparison.Ordinal)).Select(x => $"{p} {x.Key} {Convert.ToHexString(x.Value)}\n"));
        return await Trees.ShowAsync(path) + await Trees.ShellAsync(path, "stat -c '%a %u:%g %Y' .") + string.Concat(attributes);
    }

    private static async Task ReplaceAsync(string folder)
    {
        await using var bench = new CacheBench(Path.Combine(folder, "store"));
        var grounded = s_name with { Ground = Digest.Of("ground"u8).ToString() };
        foreach (var name in (CacheName[])[s_name, grounded])
        {
            var layer = await bench.PutAsync(new RawTar().Folder(name.Folder).File(name.Folder + "/new", "new").ToArray(), Compression.Gzip);
            (await bench.TakeAsync(name)).Dispose();
            File.WriteAllText(bench.PathOf(name) + "/old", "old");
            Assert.True((await bench.ImportAsync(name, layer, keep: true)).Kept);
            Assert.Equal("old\n", await Trees.ShellAsync(bench.PathOf(name), "ls -A"));
            Assert.False((await bench.ImportAsync(name, layer)).Kept);
            Assert.Equal("new\n", await Trees.ShellAsync(bench.PathOf(name), "ls -A"));
        }
        // When it was used last decides when it is collected, and then its name goes too.
        File.SetLastWriteTimeUtc(bench.PathOf(grounded) + ".lock", DateTime.UnixEpoch);
        Assert.Equal(DateTime.UnixEpoch, bench.List[^1].LastUsed);
        (await bench.TakeAsync(grounded)).Dispose();
        Assert.True(bench.List[^1].LastUsed > DateTime.UtcNow.AddHours(-1));
        // A private one is where the next step looks first.
        var own = s_name with { Number = 0 };
        Assert.False((await bench.ImportAsync(own, await bench.PutAsync(new RawTar().Folder(own.Folder).File(own.Folder + "/mine", "").ToArray()), keep: true)).Kept);
        using (var taken = await bench.TakeAsync(s_name, CacheSharingOpt.Private)) Assert.True(File.Exists(taken.Path + "/mine"));
        Assert.Equal([s_name, own, grounded], bench.List.Select(e => e.Name));
        Assert.Empty(bench.Staged);

        new StoreCollector(bench.Root, TimeProvider.System).Collect(new CollectionPolicy { All = true, Filter = new CollectionFilter { Kinds = [CollectedKind.Cache] } }, dryRun: false, default);
        Assert.Empty(bench.List);
        Assert.Empty(Directory.GetFiles(Path.Combine(bench.Root, "cache-mounts"), "*.record"));
    }

    private static async Task WaitAsync(string folder)
    {
        await using var bench = new CacheBench(Path.Combine(folder, "store"));
        (await bench.TakeAsync(s_name)).Dispose();
        var layer = await bench.ExportAsync(s_name);
        foreach (var (sharing, use) in ((CacheSharingOpt, CacheUse)[])[(CacheSharingOpt.Shared, CacheUse.Shared), (CacheSharingOpt.Locked, CacheUse.Alone)])
        {
            bench.Said.Clear();
            var step = await bench.TakeAsync(s_name, sharing);
            Assert.Equal(use, Assert.Single(bench.List).Use);
            Assert.Equal("MBK2025", (await Assert.ThrowsAnyAsync<BuildException>(() => bench.ExportAsync(s_name))).Code);
            Assert.Equal("MBK2025", (await Assert.ThrowsAnyAsync<BuildException>(() => bench.ImportAsync(s_name, layer))).Code);
            Assert.Empty(bench.Said);
            var waiting = (Task[])[bench.ExportAsync(s_name, wait: true), bench.ImportAsync(s_name, layer, wait: true)];
            while (bench.Said.Count < 2) await Task.Delay(10);
            await Task.Delay(200);
            Assert.DoesNotContain(waiting, w => w.IsCompleted);
            step.Dispose();
            await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Equal(2, bench.Said.Count);
            Assert.All(bench.Said, s => Assert.Contains("waiting for a step that uses the cache mount 'the cache'", s, StringComparison.Ordinal));
        }
        // And a step waits for them.
        using var exported = await bench.Caches.TakeAloneAsync(s_name, null, default);
        var steps = bench.TakeAsync(s_name);
        await Task.Delay(200);
        Assert.False(steps.IsCompleted);
        exported.Dispose();
        (await steps.WaitAsync(TimeSpan.FromSeconds(20))).Dispose();
    }

    private static async Task CancelAsync(string folder)
    {
        await using var bench = new CacheBench(Path.Combine(folder, "store"));
        (await bench.TakeAsync(s_name)).Dispose();
        // Nothing that compresses, in many files: neither call is done before it is cancelled.
        await Trees.ShellAsync(bench.PathOf(s_name), "head -c 100M /dev/urandom > large; for i in $(seq 50); do head -c 200k /dev/urandom > $i; done");
        var before = await Trees.ShowAsync(bench.PathOf(s_name));
        var layer = await bench.ExportAsync(s_name, compression: Compression.None);
        var blobs = Directory.GetFiles(Path.Combine(bench.Root, "blobs/sha256"));
        foreach (var call in (Func<CancellationToken, Task>[])[t => bench.ExportAsync(s_name, cancellationToken: t), t => bench.ImportAsync(s_name, layer, cancellationToken: t)])
            foreach (var after in (int[])[1, 20, 60])
            {
                using var stop = new CancellationTokenSource(after);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call(stop.Token));
                Assert.Equal(blobs, Directory.GetFiles(Path.Combine(bench.Root, "blobs/sha256")));
                Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(bench.Root, "ingest")));
                Assert.Empty(bench.Staged);
            }
        Assert.Equal(before, await Trees.ShowAsync(bench.PathOf(s_name)));
        var clock = Stopwatch.StartNew();
        using (await bench.Caches.TakeAloneAsync(s_name, null, default)) Assert.True(clock.Elapsed < TimeSpan.FromSeconds(2));
    }

    private static async Task RefuseAsync(string folder)
    {
        await using var bench = new CacheBench(Path.Combine(folder, "store"));
        (await bench.TakeAsync(s_name)).Dispose();
        File.WriteAllText(bench.PathOf(s_name) + "/old", "old");
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        var (refused, replaced) = (0, 0);
        var inside = s_name.Folder;
        byte[][] layers =
        [
            .. Breakouts.Known(outside.Root).SelectMany(b => b.Layers),
            new RawTar().Link(inside, outside.Root).File(inside + "/canary", "x").ToArray(),
            new RawTar().Link(inside, outside.Root).ToArray(),
            new RawTar().Folder(inside).Link(inside + "/out", outside.Root).File(inside + "/out/canary", "x").ToArray(),
            new RawTar().Folder(inside).Link(inside + "/out", "../../../../../../../.." + outside.Root).File(inside + "/out/canary", "x").ToArray(),
            new RawTar().Folder(inside).HardLink(inside + "/canary", outside.Root + "/canary").ToArray(),
            new RawTar().Folder(inside).File(inside + "/../../canary", "x").ToArray(),
            new RawTar().File(inside, "x").ToArray(), new RawTar().ToArray(), new RawTar().Folder("other").ToArray(), new RawTar().Folder(inside).Folder("other").ToArray(),
        ];
        foreach (var layer in layers)
            try
            {
                await bench.ImportAsync(s_name, await bench.PutAsync(layer));
                replaced++;
            }
            catch (BuildException e) when (e.Code is "MBK1502" or "MBK1503" or "MBK1505" or "MBK1507")
            {
                refused++;
            }
        Assert.Equal((layers.Length, 0), (refused, replaced));
        // Not the layer that the configuration promises, and one that is cut off.
        var good = new RawTar().Folder(inside).File(inside + "/new", "new").ToArray();
        Assert.Equal("MBK1502", (await Assert.ThrowsAnyAsync<BuildException>(async () => await bench.ImportAsync(s_name, await bench.PutAsync(good, diffId: Digest.Of("x"u8))))).Code);
        Assert.Equal("MBK1502", (await Assert.ThrowsAnyAsync<BuildException>(async () => await bench.ImportAsync(s_name, await bench.PutAsync(good[..700])))).Code);
        Assert.True(outside.IsIntact);
        Assert.Equal("old\n", await Trees.ShellAsync(bench.PathOf(s_name), "ls -A"));
        Assert.Equal("", await Trees.ShellAsync(folder, "find outside -type f -links +1"));
        Assert.Empty(bench.Staged);

        await bench.ImportAsync(s_name, await bench.PutAsync(good));
        Assert.Equal("new\n", await Trees.ShellAsync(bench.PathOf(s_name), "ls -A"));
    }

    private static async Task RefuseRemovalAsync(string folder)
    {
        await using var bench = new CacheBench(Path.Combine(folder, "store"));
        (await bench.TakeAsync(s_name)).Dispose();
        File.WriteAllText(bench.PathOf(s_name) + "/.wh.x", "");
        Assert.Equal("MBK1510", (await Assert.ThrowsAnyAsync<BuildException>(() => bench.ExportAsync(s_name))).Code);
        Assert.Equal("MBK2026", (await Assert.ThrowsAnyAsync<BuildException>(() => bench.ExportAsync(new CacheName("other")))).Code);
        Assert.Equal("MBK2026", Assert.ThrowsAny<BuildException>(() => new CacheMountList(bench.Root).Find("other")).Code);
        Assert.Equal("MBK2026", CacheMountList.Empty(folder).Code);
    }
}
