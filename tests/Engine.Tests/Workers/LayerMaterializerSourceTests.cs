using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class LayerMaterializerSourceTests : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly LocalContentStore _store;

    public LayerMaterializerSourceTests() => _store = new LocalContentStore(_folder["store"]);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Ensure_ManyAtOnce_FetchOnce()
    {
        var source = new CountingSource("layer"u8.ToArray());
        var materializers = Enumerable.Range(0, 4).Select(_ => Create()).ToList();
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(() => materializers[i % 4].EnsureAsync(source.Layer, default))));
        Assert.Equal(1, source.Opened);
        Assert.Equal(5, await _store.FindSizeAsync(source.Layer.Blob.Digest, default));
    }

    [Fact]
    public async Task Ensure_WhatIsHere_AsksNobody()
    {
        var source = new CountingSource("layer"u8.ToArray());
        await Create().EnsureAsync(source.Layer, default);
        await Create().EnsureAsync(source.Layer with { Origin = null }, default);
        Assert.Equal(1, source.Opened);
    }

    [Fact]
    public async Task Ensure_NowhereToBeHad_SaysSo()
    {
        var source = new CountingSource("layer"u8.ToArray());
        var error = await Assert.ThrowsAsync<WorkerException>(() => Create().EnsureAsync(source.Layer with { Origin = null }, default));
        Assert.Equal("MBK2003", error.Code);
    }

    [Theory]
    [InlineData("other")]
    [InlineData("laye")]
    [InlineData("layer and more")]
    public async Task Ensure_OtherBytesThanPromised_KeepsNothing(string sent)
    {
        var source = new CountingSource("layer"u8.ToArray()) { Sent = System.Text.Encoding.ASCII.GetBytes(sent) };
        var error = await Assert.ThrowsAsync<ContentException>(() => Create().EnsureAsync(source.Layer, default));
        Assert.Equal("MBK1201", error.Code);
        Assert.Null(await _store.FindSizeAsync(source.Layer.Blob.Digest, default));
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    [Fact]
    public async Task Ensure_AfterAFailure_TriesAgain()
    {
        var source = new CountingSource("layer"u8.ToArray()) { Sent = "bad"u8.ToArray() };
        var materializer = Create();
        await Assert.ThrowsAsync<ContentException>(() => materializer.EnsureAsync(source.Layer, default));
        source.Sent = "layer"u8.ToArray();
        await materializer.EnsureAsync(source.Layer, default);
        Assert.Equal(2, source.Opened);
    }

    [Fact]
    public async Task Ensure_Cancelled_LeavesNothing()
    {
        using var cancel = new CancellationTokenSource();
        var source = new CountingSource("layer"u8.ToArray()) { OnOpen = cancel.Cancel };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Create().EnsureAsync(source.Layer, cancel.Token));
        Assert.Empty(Directory.GetFiles(_folder["store/ingest"]));
    }

    private LayerMaterializer Create() => new(_store, new KeyLocks(_folder["locks"]), null);

    private sealed class CountingSource : IContentSource
    {
        private int _opened;

        public CountingSource(byte[] content)
        {
            Sent = content;
            Layer = new Layer { DiffId = Digest.Of("diff"u8), Blob = Descriptor.Of(MediaTypes.OciLayer, content), CreatedBy = "", Origin = new LayerOrigin(this) };
        }

        public Layer Layer { get; }

        public byte[] Sent { get; set; }

        public Action? OnOpen { get; init; }

        public int Opened => _opened;

        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => new(Sent.Length);

        public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _opened);
            OnOpen?.Invoke();
            return new(new MemoryStream(Sent));
        }
    }
}
