using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class LocalContentStoreTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public LocalContentStoreTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Commit_Bytes_AreFoundByTheirDigest()
    {
        var digest = await PutAsync("hello"u8.ToArray());
        Assert.Equal(Digest.Of("hello"u8), digest);
        Assert.Equal(5, await _store.FindSizeAsync(digest, default));
        await using var stream = await _store.FindAsync(digest, default);
        Assert.Equal("hello", await new StreamReader(stream!).ReadToEndAsync());
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Find_Unknown_IsNull()
    {
        Assert.Null(await _store.FindAsync(Digest.Of("x"u8), default));
        Assert.Null(await _store.FindSizeAsync(Digest.Of("x"u8), default));
        Assert.False(Directory.Exists(_folder["store"]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_NotAsPromised_KeepsNothing(bool wrongDigest)
    {
        await using (var ingest = _store.BeginIngest())
        {
            await ingest.WriteAsync("hello"u8.ToArray(), default);
            var error = await Assert.ThrowsAsync<ContentException>(async () =>
                await ingest.CommitAsync(wrongDigest ? Digest.Of("x"u8) : null, wrongDigest ? null : 6, default));
            Assert.Equal("MBK1201", error.Code);
        }
        Assert.Null(await _store.FindAsync(Digest.Of("hello"u8), default));
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task FindArriving_WhileItComes_GivesWhatIsThereAndWaits()
    {
        var bytes = "hello, world"u8.ToArray();
        Assert.Null(_store.FindArriving(Digest.Of(bytes), bytes.Length));
        await using var ingest = _store.BeginIngest(Digest.Of(bytes));
        Assert.Null(_store.FindArriving(Digest.Of("x"u8), 1));
        await using var arriving = _store.FindArriving(Digest.Of(bytes), bytes.Length)!;
        await ingest.WriteAsync(bytes.AsMemory(..5), default);
        var buffer = new byte[100];
        Assert.Equal(5, await arriving.ReadAsync(buffer));
        var waiting = arriving.ReadAsync(buffer.AsMemory(5)).AsTask();
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        await ingest.WriteAsync(bytes.AsMemory(5..), default);
        Assert.Equal(bytes.Length - 5, await waiting);
        Assert.Equal(bytes, buffer[..bytes.Length]);
        Assert.Equal(0, await arriving.ReadAsync(buffer));
        await ingest.CommitAsync(Digest.Of(bytes), bytes.Length, default);
        Assert.Null(_store.FindArriving(Digest.Of(bytes), bytes.Length));
    }

    [Fact]
    public async Task FindArriving_LeftByADeadProcess_IsNotWaitedForOnceTheBlobIsThere()
    {
        var digest = Digest.Of("hello"u8);
        _store.Create();
        File.WriteAllText(_folder[$"store/ingest/1-2-3.{digest.Hex}"], "hel");
        await using var arriving = _store.FindArriving(digest, 5)!;
        var buffer = new byte[100];
        Assert.Equal(3, await arriving.ReadAsync(buffer));
        var waiting = arriving.ReadAsync(buffer).AsTask();
        await Task.Delay(20);
        Assert.False(waiting.IsCompleted);
        await using (var ingest = _store.BeginIngest(digest))
        {
            await ingest.WriteAsync("hello"u8.ToArray(), default);
            await using var found = _store.FindArriving(digest, 5)!;
            Assert.Equal(5, await found.ReadAsync(buffer));
            await ingest.CommitAsync(digest, 5, default);
        }
        await Assert.ThrowsAsync<EndOfStreamException>(() => waiting);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task FindArriving_LessCame_IsToldAtItsEnd(bool committed)
    {
        await using var ingest = _store.BeginIngest(Digest.Of("hello"u8));
        await ingest.WriteAsync("hell"u8.ToArray(), default);
        await using var arriving = _store.FindArriving(Digest.Of("hello"u8), 5)!;
        if (committed) await ingest.CommitAsync(null, null, default);
        else await ingest.DisposeAsync();
        var buffer = new byte[100];
        Assert.Equal(4, arriving.Read(buffer));
        Assert.Throws<EndOfStreamException>(() => arriving.Read(buffer));
    }

    [Fact]
    public async Task Dispose_Uncommitted_LeavesNothing()
    {
        await using (var ingest = _store.BeginIngest()) await ingest.WriteAsync(new byte[100_000], default);
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Commit_ManyAtOnce_AllAreThere()
    {
        var digests = await Task.WhenAll(Enumerable.Range(0, 500).Select(i => Task.Run(() => PutAsync(BitConverter.GetBytes(i % 400)))));
        foreach (var digest in digests) Assert.NotNull(await _store.FindSizeAsync(digest, default));
        Assert.Equal(400, Directory.GetFiles(_folder["store/blobs/sha256"]).Length);
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Commit_AsSoonAsOthersSeeIt_TheyCanReadIt()
    {
        await using var other = new LocalContentStore(_folder["store"]);
        for (var i = 0; i < 50; i++)
        {
            var bytes = BitConverter.GetBytes(i);
            var reading = Task.Run(async () =>
            {
                while (true)
                    if (await other.FindAsync(Digest.Of(bytes), default) is { } content)
                        await using (content) return await content.ReadAsync(new byte[10]);
            });
            await PutAsync(bytes);
            Assert.Equal(4, await reading);
        }
    }

    [Fact]
    public async Task Store_IsALayoutAndPrivate()
    {
        await PutAsync("x"u8.ToArray());
        Assert.True(File.Exists(_folder["store/oci-layout"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["store"]));
    }

    [Fact]
    public async Task Open_LayoutFileThatWasCutOff_IsMended()
    {
        _folder.Write("store/oci-layout", "");
        await PutAsync("x"u8.ToArray());
        Assert.Equal("""{"imageLayoutVersion":"1.0.0"}""", File.ReadAllText(_folder["store/oci-layout"]));
    }

    [Fact]
    public async Task Commit_WhatIsThereAlready_LeavesNothingBehind()
    {
        await PutAsync("hello"u8.ToArray());
        await PutAsync("hello"u8.ToArray());
        Assert.Single(Directory.GetFiles(_folder["store/blobs/sha256"]));
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Write_WhereNobodyMay_SaysWhatToDo()
    {
        await File.WriteAllTextAsync(_folder["file"], "");
        await using var store = new LocalContentStore(_folder["file/store"]);
        var error = Assert.Throws<ContentException>(() => store.BeginIngest());
        Assert.Equal("MBK1205", error.Code);
        Assert.Contains("msbuildkit prune", error.Message);
    }

    private async Task<Digest> PutAsync(byte[] bytes)
    {
        await using var ingest = _store.BeginIngest();
        await ingest.WriteAsync(bytes, default);
        return await ingest.CommitAsync(null, null, default);
    }
}
