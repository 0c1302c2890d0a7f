using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class FolderFactsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(10_000)]
    [InlineData(300_000)]
    public async Task Read_AFile_KnowsItsContent(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        _folder.Write("context/f", "");
        File.WriteAllBytes(_folder["context/f"], bytes);
        var facts = Assert.Single(await ReadAsync());
        Assert.Equal(Digest.Of(bytes), facts.Sha256);
        Assert.Equal(size, facts.Size);
        Assert.Equal("", facts.Sha1);
    }

    // Whoever reads a file saves what it found.
    [Fact]
    public async Task Read_WhatDidNotChange_IsNotReadAgain()
    {
        _folder.Write("context/a", "a");
        _folder.Write("context/b", "b");
        await SettleAsync();
        var first = await ReadAsync();
        var cache = Assert.Single(Directory.GetFiles(_folder["facts"]));
        var written = File.GetLastWriteTimeUtc(cache);
        Assert.Equal(first, await ReadAsync());
        Assert.Equal(written, File.GetLastWriteTimeUtc(cache));
        _folder.Write("context/c", "c");
        await SettleAsync();
        Assert.Equal(3, (await ReadAsync()).Count);
        Assert.Equal(["c"], (await ReadAsync(exclude: "[ab]")).Select(f => f.Sha256 == Digest.Of("c"u8) ? "c" : "?"));
    }

    [Fact]
    public async Task Read_SameSizeAndTime_IsReadAgain()
    {
        var path = _folder.Write("context/a", "one");
        var time = File.GetLastWriteTimeUtc(path);
        await SettleAsync();
        var before = (await ReadAsync())[0];
        File.WriteAllText(path, "two");
        File.SetLastWriteTimeUtc(path, time);
        Assert.NotEqual(before.Sha256, (await ReadAsync())[0].Sha256);
    }

    [Fact]
    public async Task Read_FactsThatAreDamaged_AreAsGoodAsNone()
    {
        _folder.Write("context/a", "a");
        await SettleAsync();
        var facts = await ReadAsync();
        var cache = Assert.Single(Directory.GetFiles(_folder["facts"]));
        File.WriteAllBytes(cache, File.ReadAllBytes(cache)[..^1]);
        Assert.Equal(facts, await ReadAsync());
    }

    [Fact]
    public void ReadEntry_ALinkInPlaceOfAFile_IsNotFollowed()
    {
        _folder.Write("secret", "secret");
        File.CreateSymbolicLink(_folder["l"], _folder["secret"]);
        Assert.Equal("MBK1825", Assert.Throws<SessionException>(() => FileReader.ReadEntry(_folder["l"])).Code);
        Assert.Equal("MBK1825", Assert.Throws<SessionException>(() => FileReader.ReadEntry(_folder["gone"])).Code);
    }

    // Until another change would show.
    private static Task SettleAsync() => Task.Delay(60);

    private async Task<IReadOnlyList<FileFacts>> ReadAsync(string? exclude = null) =>
        (await new FileFactsCache(_folder["facts"], TimeProvider.System).ReadFolderAsync("context", _folder["context"], new FolderFilter([], exclude is null ? [] : [exclude], []), default)).Sent.Facts;
}
