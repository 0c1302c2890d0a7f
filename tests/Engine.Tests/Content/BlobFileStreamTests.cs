using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class BlobFileStreamTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(300_000)]
    public async Task Read_WholeBlob_GivesItsBytes(int length)
    {
        var text = new string('x', length);
        var blob = await _store.PutAsync(text);
        await using var store = new LocalContentStore(_store.Root);
        using var content = await store.FindAsync(blob, default);
        Assert.Equal(length, content!.Length);
        Assert.Equal(text, await new StreamReader(content).ReadToEndAsync());
    }

    [Theory]
    [InlineData("async")]
    [InlineData("sync")]
    [InlineData("exactly")]
    public async Task Read_DamagedBlob_GivesNotItsLastByteAndRemovesIt(string how)
    {
        var blob = await _store.PutAsync(new string('x', 300_000));
        TestStore.Damage(_store.PathOf(blob));
        await using var store = new LocalContentStore(_store.Root);
        using var content = await store.FindAsync(blob, default);
        var got = new MemoryStream();
        var error = await Assert.ThrowsAsync<ContentException>(async () =>
        {
            if (how == "async") await content!.CopyToAsync(got, 1000);
            else if (how == "sync") content!.CopyTo(got, 1000);
            else await content!.ReadExactlyAsync(new byte[300_000]);
        });
        Assert.Equal("MBK1208", error.Code);
        Assert.Contains($"'{_store.PathOf(blob)}' is damaged: its 300000 bytes are those of sha256:", error.Message);
        Assert.True(got.Length < 300_000);
        Assert.False(_store.Has(blob));
    }

    [Fact]
    public async Task Read_TruncatedBlob_IsDamaged()
    {
        var blob = await _store.PutAsync("hello");
        File.Delete(_store.PathOf(blob));
        File.WriteAllText(_store.PathOf(blob), "");
        await using var store = new LocalContentStore(_store.Root);
        using var content = await store.FindAsync(blob, default);
        Assert.Equal("MBK1208", (await Assert.ThrowsAsync<ContentException>(() => content!.CopyToAsync(Stream.Null))).Code);
    }

    [Fact]
    public async Task Read_DamagedBlobThatSomebodyMendedMeanwhile_LeavesTheMended()
    {
        var blob = await _store.PutAsync("hello", daysAgo: 1);
        TestStore.Damage(_store.PathOf(blob));
        await using var store = new LocalContentStore(_store.Root);
        using var content = await store.FindAsync(blob, default);
        File.Delete(_store.PathOf(blob));
        await _store.PutAsync("hello");
        await Assert.ThrowsAsync<ContentException>(() => content!.CopyToAsync(Stream.Null));
        Assert.Equal("hello", File.ReadAllText(_store.PathOf(blob)));
    }

    [Fact]
    public async Task Read_Sha512_IsHashedAsSuch()
    {
        var digest = Digest.Parse("sha512:" + Convert.ToHexStringLower(SHA512.HashData("hello"u8)));
        _store.Write($"blobs/sha512/{digest.Hex}", "hello");
        await using var store = new LocalContentStore(_store.Root);
        using (var content = await store.FindAsync(digest, default)) await content!.CopyToAsync(Stream.Null);
        TestStore.Damage(_store.PathOf(digest));
        using var damaged = await store.FindAsync(digest, default);
        await Assert.ThrowsAsync<ContentException>(() => damaged!.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task Read_NotToTheEnd_ProvesNothing()
    {
        var blob = await _store.PutAsync(new string('x', 1000));
        TestStore.Damage(_store.PathOf(blob));
        await using var store = new LocalContentStore(_store.Root);
        using (var content = await store.FindAsync(blob, default)) Assert.Equal(10, await content!.ReadAsync(new byte[10]));
        Assert.True(_store.Has(blob));
    }
}
