using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Tests.Transfer;

public sealed class ContextFoldersTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly TempFolder _folder = new();
    private readonly MovedTime _time = new();
    private ContextFolders _folders;

    public ContextFoldersTests() => _folders = new ContextFolders(_folder["contexts"], _time);

    public void Dispose()
    {
        _folders.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ReceiveAsync_OfATree_HasAllOfIt()
    {
        var big = new string('x', 300_000);
        var tree = new GivenTree().File("b/run.sh", "#!/bin/sh\n", mode: 0b111_101_101 | 1u << 23).Folder("b").File("a.txt", "text").Link("c", "b/run.sh").File("empty", "").File("z", big)
            .Add(new() { Path = "y", Linkname = "z", Mode = 0b110_100_100 }).Add(new() { Path = "pipe", Mode = EntryMode.Pipe | 0b110_100_100 });

        using var received = await Transfers.ReceiveAsync(_folders, tree.File("y", big).Add(new() { Path = "zz", Linkname = "z", Mode = 0b110_100_100 }));

        var (lent, facts) = received.Sent;
        Assert.Equal(["a.txt", "b/run.sh", "empty", "y", "z", "zz"], lent.Files.Select(f => f.Path));
        Assert.Equal(["text", "#!/bin/sh\n", "", big, big, big], Texts(received));
        Assert.Equal(lent.Files[4].HostPath, lent.Files[5].HostPath);
        Assert.Equal(0x800 | 0b111_101_101, lent.Files[1].Mode);
        Assert.Equal([false, true, false, false, false, false], facts.Select(f => f.Executable));
        Assert.Equal([new LocalDirectory("b", 0b111_101_101, 0, 0)], lent.Directories);
        Assert.Equal([new LocalLink("c", "b/run.sh")], lent.Links);
        Assert.Equal(4, received.FilesReceived);
    }

    [Fact]
    public async Task ReceiveAsync_Again_AsksOnlyForWhatChanged()
    {
        var tree = new GivenTree().File("a", "1").File("b", "1").File("c", "1");
        (await Transfers.ReceiveAsync(_folders, tree)).Dispose();

        using var same = await Transfers.ReceiveAsync(_folders, tree);
        using var other = await Transfers.ReceiveAsync(_folders, tree.File("b", "2", Second));

        Assert.Equal((0, 1), (same.FilesReceived, other.FilesReceived));
        Assert.Equal(["1", "2", "1"], Texts(other));
    }

    [Fact]
    public async Task ReceiveAsync_ByTheNextProcess_TrustsOnlyWhatIsWhole()
    {
        var tree = new GivenTree().File("a", "one").File("b", "two").File("c", "three");
        using (var received = await Transfers.ReceiveAsync(_folders, tree))
        {
            var harmed = received.Sent.Tree.Files[1];
            using var file = File.OpenHandle(harmed.HostPath, FileMode.Open, FileAccess.Write);
            RandomAccess.Write(file, "tw0"u8, harmed.Offset!.Value);
        }
        File.WriteAllText(_folder["contexts/stray"], "");
        _folders.Dispose();
        _folders = new ContextFolders(_folder["contexts"], _time);

        using var again = await Transfers.ReceiveAsync(_folders, tree);

        Assert.Equal(1, again.FilesReceived);
        Assert.Equal(["one", "two", "three"], Texts(again));
    }

    [Fact]
    public async Task ReceiveAsync_WithADamagedIndex_ReceivesAllAgain()
    {
        var tree = new GivenTree().File("a", "one");
        (await Transfers.ReceiveAsync(_folders, tree)).Dispose();
        await _folders.TidyAsync();
        var index = Path.Combine(_folder["contexts"], Transfers.Id.FolderName, "index");
        var bytes = File.ReadAllBytes(index);
        bytes[^1] ^= 1;
        File.WriteAllBytes(index, bytes);
        _folders.Dispose();
        _folders = new ContextFolders(_folder["contexts"], _time);

        using var again = await Transfers.ReceiveAsync(_folders, tree);

        Assert.Equal(1, again.FilesReceived);
    }

    // The clock says 1000 s: of what was changed from 998 s on, the same words may mean another content.
    [Theory]
    [InlineData(998 * Second - 1, 0)]
    [InlineData(998 * Second, 1)]
    [InlineData(1000 * Second, 1)]
    [InlineData(2000 * Second, 1)]
    public async Task ReceiveAsync_OfAFileThatIsSaidToBeTheSame_TrustsItOutsideOfTheRacyWindow(long modified, int expected)
    {
        (await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1", modified))).Dispose();

        using var again = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "2", modified));

        Assert.Equal(expected, again.FilesReceived);
        Assert.Equal([expected == 1 ? "2" : "1"], Texts(again));
    }

    // Clients of different folders may have one key; folders that were made together have files of the same time.
    [Fact]
    public async Task ReceiveAsync_WhileAnotherClientOfTheKeyBuilds_TrustsOnlyWhatIsOld()
    {
        var (old, young) = (100 * Second, 900 * Second);
        using (await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1", old).File("b", "1", young)))
        {
            using var other = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "2", old).File("b", "2", young));
            Assert.Equal(1, other.FilesReceived);
        }
        using var later = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "3", old).File("b", "3", young));
        Assert.Equal(1, later.FilesReceived);
        Assert.Equal(["1", "3"], Texts(later));
    }

    [Fact]
    public async Task ReceiveAsync_OnceTheWindowIsOver_TrustsWhatCameThen()
    {
        var tree = new GivenTree().File("a", "1", 1000 * Second);
        (await Transfers.ReceiveAsync(_folders, tree)).Dispose();
        _time.Now += TimeSpan.FromSeconds(10);
        (await Transfers.ReceiveAsync(_folders, tree)).Dispose();

        using var third = await Transfers.ReceiveAsync(_folders, tree);

        Assert.Equal(0, third.FilesReceived);
    }

    [Fact]
    public async Task ReceiveAsync_ThatTrustsNothing_AsksForAll()
    {
        (await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1"))).Dispose();

        using var again = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "2"), new ContextOptions { TrustsNothing = true });

        Assert.Equal(["2"], Texts(again));
    }

    [Fact]
    public async Task ReceiveAsync_OfMetadata_HasTheListAndWhatIsExcepted()
    {
        var tree = new GivenTree().Folder("d").File("d/a", "1").File("d/b", "2").Folder("e").File("e/c", "3");

        using var received = await Transfers.ReceiveAsync(_folders, tree, new ContextOptions { MetadataExcept = p => p == "d/b" });

        Assert.Equal([".fsutil-metadata", "d/b"], received.Sent.Tree.Files.Select(f => f.Path));
        Assert.Equal(["d"], received.Sent.Tree.Directories.Select(d => d.Path));
        Assert.Equal(["d", "d/a", "d/b", "e", "e/c"], Framed(Read(received, 0)).Select(s => s.Path));
    }

    [Fact]
    public async Task ReceiveAsync_WhileAnotherIsHeld_ChangesNothingOfIt()
    {
        var first = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "old").File("b", "gone"));
        using var second = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "new", Second));

        Assert.Equal(["old", "gone"], Texts(first));
        var path = first.Sent.Tree.Files[1].HostPath;
        first.Dispose();
        await _folders.TidyAsync();

        Assert.False(File.Exists(path));
        Assert.Equal(["new"], Texts(second));
    }

    [Fact]
    public async Task ReceiveAsync_OfTheSameFolderManyTimesAtOnce_GivesEachItsOwn()
    {
        var works = Enumerable.Range(0, 16).Select(async i =>
        {
            var tree = new GivenTree();
            for (var file = 0; file < 50; file++) tree.File($"f{file:00}", file % 2 == 0 ? "same" : $"{file} of {i}", i);
            using var received = await Transfers.ReceiveAsync(_folders, tree);
            return (Expected: Enumerable.Range(0, 50).Select(f => f % 2 == 0 ? "same" : $"{f} of {i}").ToList(), Actual: Texts(received));
        });

        Assert.All(await Task.WhenAll(works), r => Assert.Equal(r.Expected, r.Actual));
        await _folders.TidyAsync();
        // The last one's own, and that of another that had what both have.
        Assert.InRange(Contents().Count(), 1, 2);
    }

    [Fact]
    public async Task ReceiveAsync_OfMuchThatReplacesWhatCameBefore_KeepsNoneOfThatOnceNobodyReadsIt()
    {
        const int Size = 100_000, Files = 60;
        // In each round the last file stays as it is that was new in the one before.
        GivenTree Tree(int round) => Enumerable.Range(0, Files).Select(i => (Number: i, Version: Math.Min(round, Files - 1 - i))).Aggregate(
            new GivenTree(), (tree, f) => tree.File($"f{f.Number:00}", $"{f.Number} of {f.Version}".PadRight(Size), f.Version));
        long Bytes() => Contents().Sum(f => new FileInfo(f).Length);
        (await Transfers.ReceiveAsync(_folders, Tree(0))).Dispose();
        (await Transfers.ReceiveAsync(_folders, Tree(1))).Dispose();
        await _folders.TidyAsync();
        // Of what came first one file is in use still, and less is in vain than is not.
        Assert.Equal((2, (60 + 59) * Size), (Contents().Count(), Bytes()));

        var held = await Transfers.ReceiveAsync(_folders, Tree(2));
        var wanted = Texts(held);
        Assert.Equal((3, (60 + 59 + 58) * Size), (Contents().Count(), Bytes()));
        held.Dispose();
        await _folders.TidyAsync();

        Assert.Equal((1, Files * Size), (Contents().Count(), Bytes()));
        using (var moved = await Transfers.ReceiveAsync(_folders, Tree(2)))
        {
            Assert.Equal(0, moved.FilesReceived);
            Assert.Equal(wanted, Texts(moved));
        }
        _folders.Dispose();
        _folders = new ContextFolders(_folder["contexts"], _time);
        using var last = await Transfers.ReceiveAsync(_folders, Tree(2));
        Assert.Equal(0, last.FilesReceived);
        Assert.Equal(wanted, Texts(last));
    }

    [Fact]
    public async Task TryRemove_OfATree_WaitsUntilNobodyHoldsIt()
    {
        var received = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1234"));
        var usage = Assert.Single(_folders.List());
        Assert.Equal(("context", true), (usage.Name, usage.InUse));
        Assert.False(_folders.TryRemove(usage.Id));
        received.Dispose();

        Assert.True(_folders.TryRemove(usage.Id));

        Assert.Empty(_folders.List());
        using var again = await Transfers.ReceiveAsync(_folders, new GivenTree().File("a", "1234"));
        Assert.Equal(1, again.FilesReceived);
    }

    [Fact]
    public void Constructor_OfAFolderThatIsTaken_SaysSo() =>
        Assert.Equal("MBK2547", Assert.Throws<TransferException>(() => new ContextFolders(_folder["contexts"], _time)).Code);

    private static List<string> Texts(ReceivedContext received) => [.. received.Sent.Tree.Files.Select((_, i) => System.Text.Encoding.UTF8.GetString(Read(received, i)))];

    // As a build does.
    private static byte[] Read(ReceivedContext received, int index)
    {
        using var stream = new LentFileStream(received.Sent.Tree.Files[index], received.Sent.Facts[index]);
        var all = new MemoryStream();
        stream.CopyTo(all);
        return all.ToArray();
    }

    private IEnumerable<string> Contents() =>
        Directory.EnumerateFiles(Path.Combine(_folder["contexts"], Transfers.Id.FolderName, "files"), "*", SearchOption.AllDirectories);

    private static IEnumerable<Protocol.Stat> Framed(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var length = BitConverter.ToInt32(bytes, at);
            yield return Protocol.Stat.Parser.ParseFrom(bytes, at + 4, length);
            at += 4 + length;
        }
    }

    private sealed class MovedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddSeconds(1000);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
