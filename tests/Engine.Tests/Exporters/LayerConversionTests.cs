using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Exporters;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Exporters;

public sealed class LayerConversionTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public LayerConversionTests() => _store = new LocalContentStore(_folder["store"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Compression.None)]
    [InlineData(Compression.Zstd)]
    public async Task Convert_ALayerOfOurs_UnpacksToTheSame(Compression wanted)
    {
        var layer = await LayerAsync();
        var converted = Assert.Single(await Create().ConvertAsync([layer], new LayerCompression(wanted), Token));
        Assert.Equal((layer.DiffId, layer.CreatedBy, MediaTypes.Layer(wanted)), (converted.DiffId, converted.CreatedBy, converted.Blob.MediaType));
        await using var blob = await _store.FindAsync(converted.Blob.Digest, Token);
        Assert.Equal(layer.DiffId, await LayerReader.DiffIdOfAsync(blob!, wanted, Token));
        // Another build finds what became of it.
        Assert.Equal(converted.Blob, Assert.Single(await Create().ConvertAsync([layer], new LayerCompression(wanted), Token)).Blob);
    }

    [Fact]
    public async Task Convert_WhatIsAsItIsWanted_StaysTheSame()
    {
        var layer = await LayerAsync();
        Assert.Same(layer, Assert.Single(await Create().ConvertAsync([layer], new LayerCompression(Compression.Gzip, IsForced: true), Token)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Convert_ABasesLayer_IsTouchedOnlyWhenThatIsForced(bool forced)
    {
        var layer = await LayerAsync() with { Origin = new LayerOrigin(_store) };
        var converted = Assert.Single(await Create().ConvertAsync([layer], new LayerCompression(Compression.Zstd, IsForced: forced), Token));
        Assert.Equal(forced ? MediaTypes.OciLayerZstd : MediaTypes.OciLayerGzip, converted.Blob.MediaType);
    }

    private LayerConversion Create() => new(_store, new LayerMaterializer(_store, KeyLocks.OfStore(_store.Root), null), new FileCacheIndex(_folder["index"], TimeProvider.System), 2);

    private Task<Layer> LayerAsync() => LayerWriter.WriteAsync([new TreeEntry { Path = "a", Type = TreeEntryType.File, Mode = 0x1A4 }], _store, new LayerOptions(), "made", Token);
}
