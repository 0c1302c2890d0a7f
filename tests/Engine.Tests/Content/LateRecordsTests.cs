using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class LateRecordsTests : IDisposable
{
    private readonly TestStore _store = new();

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Find_WhatWasListed_IsNotLate()
    {
        await _store.RecordAsync("r", 0, await _store.PutAsync("a"));
        Assert.Empty(Listed().Find());
    }

    [Fact]
    public void Find_NoIndex_IsNothing() => Assert.Empty(Listed().Find());

    [Fact]
    public async Task Find_SavedSince_TellsItsBlobsEachTime()
    {
        var (first, second) = (await _store.PutAsync("a"), await _store.PutAsync("b"));
        await _store.RecordAsync("old", 0, await _store.PutAsync("old"));
        var late = Listed();
        await _store.RecordAsync("r1", 0, first);
        Assert.Equal([first], late.Find());
        await _store.RecordAsync("r2", 0, second);
        Assert.Equal(new[] { first, second }.ToHashSet(), late.Find());
    }

    [Fact]
    public async Task Find_SavedOverAListedOne_TellsItsBlobs()
    {
        await _store.RecordAsync("r", 9, await _store.PutAsync("a"));
        var late = Listed();
        var blob = await _store.PutAsync("b");
        await _store.RecordAsync("r", 0, blob);
        Assert.Equal([blob], late.Find());
    }

    private LateRecords Listed() => new(_store.Root, StoreInventory.Read(_store.Root).Records);
}
