using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class StoreUsageTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Read_AnyStore_AccountsForEveryByteAndInodeThatDuCounts()
    {
        await FillAsync();
        await using var build = new LocalContentStore(_store.Root);
        await using var ingest = build.BeginIngest();
        await ingest.WriteAsync(new byte[1234], default);
        await WriteTreesAsync();
        var usage = StoreUsage.Read(_store.Root);
        Assert.Equal((await DuAsync("-sb"), await DuAsync("-s", "--inodes")), (usage.Size, usage.Count));
        var entries = Directory.GetFileSystemEntries(_store.Root, "*", SearchOption.AllDirectories);
        // The store itself is counted, and a file with two names once.
        Assert.Equal(entries.Length + 1 - 1, usage.Count);
        Assert.All(usage.Parts, p => Assert.True(p.Count > 0, p.Name));
    }

    private async Task WriteTreesAsync()
    {
        _store.Write("snapshots/0123456789abcdef01234567/lock", "");
        _store.Write("snapshots/0123456789abcdef01234567/fs/bin/tool", "tool");
        (await Command.RunAsync("ln", [_store["snapshots/0123456789abcdef01234567/fs/bin/tool"], _store["snapshots/0123456789abcdef01234567/fs/bin/same"]])).Succeeded();
        File.CreateSymbolicLink(_store["snapshots/0123456789abcdef01234567/fs/up"], "nowhere");
        _store.Write("snapshots/staging/0/fs/half", "half");
        _store.Write("snapshots/staging/0.lock", "");
        _store.Write("failed-steps/0a1b2c3d/lock", "");
        _store.Write("failed-steps/0a1b2c3d/fs/made", "made");
        _store.Write("cache-mounts/0a/list", "list");
        _store.Write("cache-mounts/0a.lock", "");
        _store.Write("git-repositories/0b/HEAD", "ref: refs/heads/main\n");
        _store.Write("git-repositories/0b.lock", "");
    }

    [Fact]
    public async Task Read_HeldAndWritten_IsInUse()
    {
        await FillAsync();
        _store.Write("ingest/77-0-1", "dead");
        await using var build = new LocalContentStore(_store.Root);
        build.Retain(Digest.Of("hello"u8));
        await using var ingest = build.BeginIngest();
        await ingest.WriteAsync(new byte[1234], default);
        var usage = StoreUsage.Read(_store.Root);
        Assert.Equal((2, 1, 5L), (Part(usage, "blobs").Count, Part(usage, "blobs").InUse, Part(usage, "blobs").InUseSize));
        Assert.Equal((2, 1, 1234L), (Part(usage, "ingests").Count, Part(usage, "ingests").InUse, Part(usage, "ingests").InUseSize));
    }

    [Fact]
    public async Task Read_LinkInTheStore_IsNotFollowed()
    {
        await FillAsync();
        var before = StoreUsage.Read(_store.Root).Count;
        Directory.CreateSymbolicLink(_store["loop"], _store.Root);
        var usage = StoreUsage.Read(_store.Root);
        Assert.Equal(before + 1, usage.Count);
        Assert.Equal((await DuAsync("-sb"), await DuAsync("-s", "--inodes")), (usage.Size, usage.Count));
    }

    private async Task FillAsync()
    {
        var hello = await _store.PutAsync("hello");
        await _store.PutAsync("world!");
        await _store.RecordAsync("r", 0, hello);
        _store.Write("facts/aa", "facts");
        _store.Write("facts/aa.1-2", "staged");
        _store.Write("locks/0a1", "");
    }

    private async Task<long> DuAsync(params string[] options) =>
        long.Parse((await Command.RunAsync("du", [.. options, _store.Root])).Succeeded().Output.Split('\t')[0]);

    private static StoreUsagePart Part(StoreUsage usage, string name) => usage.Parts.Single(p => p.Name == name);
}
