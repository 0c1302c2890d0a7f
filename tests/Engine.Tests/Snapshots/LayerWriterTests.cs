using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class LayerWriterTests : IAsyncDisposable
{
    private static readonly string s_long = string.Join('/', Enumerable.Repeat("a-rather-long-folder-name-of-some-kind", 8));
    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public LayerWriterTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Compression.None, "")]
    [InlineData(Compression.Gzip, "-z")]
    [InlineData(Compression.Zstd, "--zstd")]
    public async Task Write_Tree_IsReadByGnuTarExactly(Compression compression, string flag)
    {
        var layer = await WriteAsync(Tree(), compression);
        var list = (await Command.RunAsync("tar", ["-tv", .. flag.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--numeric-owner", "--full-time", "--utc", "--quoting-style=literal", "-f", _store.PathOf(layer.Blob.Digest)])).Succeeded();
        Assert.Empty(list.Error);
        var lines = list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries))).ToList();
        Assert.Equal(
        [
            "drwxr-xr-x 1654/1654 0 1970-01-01 00:16:40 app/",
            "-rw-r--r-- 1654/1654 5 1970-01-01 00:16:40 app/hello.txt",
            "hrw-r--r-- 1654/1654 0 1970-01-01 00:16:40 app/twin link to app/hello.txt",
            "lrwxrwxrwx 0/0 0 1970-01-01 00:00:00 app/link -> ../etc/x",
            "-rwsr-xr-x 3000000/3000000 3000000 1970-01-01 00:00:00 app/tool",
            $"-rw-r--r-- 0/0 1 1970-01-01 00:00:00 {s_long}/file",
            "-rw-r--r-- 0/0 1 1970-01-01 00:00:00 app/grüße.txt",
        ], lines);
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task Write_AnyParallelism_GivesTheSameBytes(Compression compression)
    {
        var digests = new List<Digest>();
        foreach (var parallelism in new[] { 1, 2, 8 }) digests.Add((await WriteAsync(Tree(9_000_000), compression, parallelism)).Blob.Digest);
        Assert.Single(digests.Distinct());
    }

    [Theory]
    [InlineData("gzip", Compression.Gzip)]
    [InlineData("pigz", Compression.Gzip)]
    [InlineData("zstd", Compression.Zstd)]
    public async Task Write_Compressed_IsWholeToTheToolsThatInventedIt(string tool, Compression compression)
    {
        var layer = await WriteAsync(Tree(9_000_000), compression);
        (await Command.RunAsync("sh", ["-c", $"{RealTool.Find(tool)} -t < {_store.PathOf(layer.Blob.Digest)}"])).Succeeded();
        var plain = (await Command.RunAsync("sh", ["-c", $"{RealTool.Find(tool)} -dc < {_store.PathOf(layer.Blob.Digest)} | sha256sum"])).Succeeded();
        Assert.StartsWith(layer.DiffId.Hex, plain.Output);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Write_FileOfOtherSize_NamesIt(int size)
    {
        var entry = FileEntry("app/x", "hello"u8.ToArray()) with { Size = size };
        var error = await Assert.ThrowsAsync<SnapshotException>(() => WriteAsync([entry], Compression.Gzip));
        Assert.Equal("MBK1501", error.Code);
        Assert.Contains("/app/x", error.Message);
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Write_Cancelled_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var entry = FileEntry("x", new byte[50_000_000]) with { Open = () => { cancel.Cancel(); return new MemoryStream(new byte[50_000_000]); } };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LayerWriter.WriteAsync([entry], _store, new LayerOptions(), "", cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Write_WithSomethingBeside_KnowsTheDiffIdAndHasReadAll()
    {
        var isRead = false;
        IEnumerable<TreeEntry> Entries()
        {
            foreach (var entry in Tree()) yield return entry;
            isRead = true;
        }
        (Digest? DiffId, bool IsRead) seen = default;
        var layer = await LayerWriter.WriteAsync(Entries(), _store, new LayerOptions(), "", d => { seen = (d, isRead); return Task.CompletedTask; }, default);
        Assert.Equal((layer.DiffId, true), seen);
    }

    [Fact]
    public async Task Write_WithSomethingBesideThatFails_KeepsTheBlobAndSaysSo()
    {
        var layer = await WriteAsync(Tree(), Compression.Gzip);
        var other = new LocalContentStore(_folder["other"]);
        await using (other)
        {
            await Assert.ThrowsAsync<NotSupportedException>(() => LayerWriter.WriteAsync(Tree(), other, new LayerOptions(Parallelism: 2), "test", _ => throw new NotSupportedException(), default));
            Assert.Equal(layer.Blob.Size, await other.FindSizeAsync(layer.Blob.Digest, default));
        }
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task Read_WhatWasWritten_GivesTheEntriesBack(Compression compression)
    {
        var layer = await WriteAsync(Tree(), compression);
        var paths = new List<string>();
        await ReadAsync(layer, compression, (entry, content) =>
        {
            paths.Add($"{entry.Type} {entry.Path} {Convert.ToString(entry.Mode, 8)} {entry.Uid} {entry.Link}");
            if (entry.Path == "app/hello.txt") Assert.Equal("hello", new StreamReader(content!).ReadToEnd());
        });
        Assert.Equal("Directory app 755 1654 ", paths[0]);
        Assert.Equal("HardLink app/twin 644 1654 app/hello.txt", paths[2]);
        Assert.Equal("File app/tool 4755 3000000 ", paths[4]);
        Assert.Equal(7, paths.Count);
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Gzip)]
    [InlineData(Compression.Zstd)]
    public async Task Read_CutAnywhere_IsRefused(Compression compression)
    {
        var layer = await WriteAsync(Tree(), compression);
        var bytes = await File.ReadAllBytesAsync(_store.PathOf(layer.Blob.Digest));
        var random = new Random(3);
        for (var i = 0; i < 100; i++)
        {
            var cut = new MemoryStream(bytes, 0, random.Next(bytes.Length));
            var error = await Assert.ThrowsAsync<SnapshotException>(() => LayerReader.ReadAsync(cut, compression, layer.DiffId, (_, _) => ValueTask.CompletedTask, default));
            Assert.Equal("MBK1502", error.Code);
        }
    }

    private Task<Layer> WriteAsync(IEnumerable<TreeEntry> entries, Compression compression, int parallelism = 2) =>
        LayerWriter.WriteAsync(entries, _store, new LayerOptions(compression, Parallelism: parallelism), "test", default);

    private async Task ReadAsync(Layer layer, Compression compression, Action<TreeEntry, Stream?> visit)
    {
        await using var blob = await _store.FindAsync(layer.Blob.Digest, default);
        await LayerReader.ReadAsync(blob!, compression, layer.DiffId, (entry, content) =>
        {
            visit(entry, content);
            return ValueTask.CompletedTask;
        }, default);
    }

    private static List<TreeEntry> Tree(int toolSize = 3_000_000)
    {
        var tool = new byte[toolSize];
        new Random(1).NextBytes(tool.AsSpan(0, toolSize / 2));
        return
        [
            new() { Path = "app", Type = TreeEntryType.Directory, Mode = 0b111_101_101, Uid = 1654, Gid = 1654, ModifiedSeconds = 1000 },
            FileEntry("app/hello.txt", "hello"u8.ToArray()) with { Uid = 1654, Gid = 1654, ModifiedSeconds = 1000 },
            new() { Path = "app/twin", Type = TreeEntryType.HardLink, Mode = 0b110_100_100, Uid = 1654, Gid = 1654, ModifiedSeconds = 1000, Link = "app/hello.txt" },
            new() { Path = "app/link", Type = TreeEntryType.Symlink, Mode = 0b111_111_111, Link = "../etc/x" },
            FileEntry("app/tool", tool) with { Mode = 0b100_111_101_101, Uid = 3_000_000, Gid = 3_000_000 },
            FileEntry(s_long + "/file", "x"u8.ToArray()),
            FileEntry("app/grüße.txt", "x"u8.ToArray()),
        ];
    }

    private static TreeEntry FileEntry(string path, byte[] content) => new()
    {
        Path = path, Type = TreeEntryType.File, Mode = 0b110_100_100, Size = content.Length, Open = () => new MemoryStream(content),
    };
}
