using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class StoreVerifierTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Verify_WholeStore_IsClean()
    {
        var blob = await _store.PutAsync("hello");
        await _store.RecordAsync("r", 0, blob);
        var found = await VerifyAsync();
        Assert.Empty(found.Faults);
        Assert.Equal((1, 5L, 1), (found.Blobs, found.Bytes, found.Records));
    }

    [Fact]
    public async Task Verify_NoStoreThere_IsClean()
    {
        using var folder = new TempFolder();
        Assert.Empty((await new StoreVerifier(folder["none"], 2).VerifyAsync(true, default)).Faults);
    }

    [Fact]
    public async Task Verify_DamagedBlob_IsFoundAndItsRecordToo()
    {
        var blob = await _store.PutAsync("hello");
        var whole = await _store.PutAsync("whole");
        var record = await _store.RecordAsync("r", 0, blob);
        await _store.RecordAsync("s", 0, whole);
        TestStore.Damage(_store.PathOf(blob));
        var found = await VerifyAsync();
        Assert.Equal([_store.PathOf(blob), record], found.Faults.Select(f => f.File.Path));
        Assert.All(found.Faults, f => Assert.False(f.Repaired));
        Assert.Contains("are those of sha256:", found.Faults[0].Problem);
        Assert.True(_store.Has(blob));
    }

    [Fact]
    public async Task Repair_DamagedBlob_RemovesItAndItsRecordAndLeavesTheRest()
    {
        var blob = await _store.PutAsync("hello");
        var whole = await _store.PutAsync("whole");
        var record = await _store.RecordAsync("r", 0, blob);
        var other = await _store.RecordAsync("s", 0, whole);
        TestStore.Damage(_store.PathOf(blob));
        Assert.All((await VerifyAsync(repair: true)).Faults, f => Assert.True(f.Repaired));
        Assert.False(_store.Has(blob) || File.Exists(record));
        Assert.True(_store.Has(whole) && File.Exists(other));
        Assert.Empty((await VerifyAsync()).Faults);
        Assert.Equal(blob, await _store.PutAsync("hello"));
    }

    [Fact]
    public async Task Verify_Sha512Blob_IsHashedAsSuch()
    {
        var bytes = "hello"u8.ToArray();
        var name = Convert.ToHexStringLower(System.Security.Cryptography.SHA512.HashData(bytes));
        _store.Write($"blobs/sha512/{name}", "hello");
        Assert.Empty((await VerifyAsync()).Faults);
        TestStore.Damage(_store[$"blobs/sha512/{name}"]);
        Assert.Single((await VerifyAsync()).Faults);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("emptied")]
    public async Task Verify_ShortBlob_IsFound(string how)
    {
        var blob = await _store.PutAsync("hello");
        File.Delete(_store.PathOf(blob));
        File.WriteAllText(_store.PathOf(blob), how == "truncated" ? "hell" : "");
        Assert.Single((await VerifyAsync()).Faults);
    }

    [Fact]
    public async Task Verify_RecordOfAMissingBlob_IsFound()
    {
        var blob = await _store.PutAsync("hello");
        var record = await _store.RecordAsync("r", 0, blob);
        File.Delete(_store.PathOf(blob));
        var fault = Assert.Single((await VerifyAsync(repair: true)).Faults);
        Assert.Equal($"it refers to {blob}, which is not there", fault.Problem);
        Assert.False(File.Exists(record));
    }

    [Fact]
    public async Task Verify_DamagedRecordAndFacts_AreFoundByTheirChecksums()
    {
        var record = await _store.RecordAsync("r", 0, await _store.PutAsync("hello"));
        TestStore.Damage(record);
        var facts = _store.Write("facts/aa", new string('x', 100));
        var found = await VerifyAsync(repair: true);
        Assert.Equal([facts, record], found.Faults.Select(f => f.File.Path));
        Assert.False(File.Exists(record) || File.Exists(facts));
    }

    [Fact]
    public async Task Commit_WhereATruncatedBlobStands_MendsIt()
    {
        var blob = await _store.PutAsync("hello");
        File.Delete(_store.PathOf(blob));
        File.WriteAllText(_store.PathOf(blob), "hell");
        await _store.PutAsync("hello");
        Assert.Equal("hello", File.ReadAllText(_store.PathOf(blob)));
    }

    private Task<StoreVerification> VerifyAsync(bool repair = false) => new StoreVerifier(_store.Root, 2).VerifyAsync(repair, default);
}
