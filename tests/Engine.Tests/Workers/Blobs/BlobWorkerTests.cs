using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Solving;
using MsBuildKit.Engine.Workers.Blobs;

namespace MsBuildKit.Engine.Tests.Workers.Blobs;

/// <summary>Single blobs of registries and layouts as sources.</summary>
public sealed class BlobWorkerTests : IAsyncLifetime
{
    private SourceBench _bench = null!;
    private LocalContentStore _elsewhere = null!;
    private Digest _blob;

    public async ValueTask InitializeAsync()
    {
        _bench = await SourceBench.StartAsync();
        _elsewhere = new LocalContentStore(_bench.Folder["elsewhere"]);
        _blob = (await _elsewhere.PutAsync("application/octet-stream", "a blob"u8.ToArray(), default)).Digest;
        _bench.Images = new OneRepository("registry.example/team/app", _elsewhere);
        _bench.Layouts["lent"] = _elsewhere;
    }

    public async ValueTask DisposeAsync()
    {
        await _elsewhere.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Theory]
    [InlineData("docker-image+blob://registry.example/team/app")]
    [InlineData("oci-layout+blob://lent")]
    public async Task Build_ABlob_IsALayerOfThatOneFile(string place)
    {
        Assert.Equal([$"File 600 0:0 0 {_blob.Hex} a blob"], await _bench.ListAsync(await _bench.BuildAsync(SourceGraph.Of($"{place}@{_blob}"))));
        var graph = SourceGraph.Of($"{place}@{_blob}", ("http.filename", "some/layer.tar"), ("http.perm", "0755"), ("http.uid", "7"), ("http.gid", "8"));
        Assert.Equal(["File 755 7:8 0 layer.tar a blob"], await _bench.ListAsync(await _bench.BuildAsync(graph)));
    }

    [Theory]
    [InlineData("docker-image+blob://registry.example/another/app", "MBK1202")]
    [InlineData("oci-layout+blob://unknown", "MBK1803")]
    public async Task Build_ABlobOfAnotherPlace_IsNotWhatSomebodyElseFetched(string place, string code)
    {
        await _bench.BuildAsync(SourceGraph.Of($"docker-image+blob://registry.example/team/app@{_blob}"));
        Assert.Equal(code, (await Assert.ThrowsAsync<SolveException>(() => _bench.BuildAsync(SourceGraph.Of($"{place}@{_blob}")))).Code);
    }

    [Theory]
    [InlineData("docker-image+blob://registry.example/team/app:1@")]
    [InlineData("docker-image+blob://@")]
    [InlineData("docker-image+blob://registry.example/team/app@sha512:")]
    public async Task Build_WhatNamesNoBlob_IsRefused(string beginning) =>
        Assert.Equal("MBK2021", (await Assert.ThrowsAsync<SolveException>(() => _bench.BuildAsync(SourceGraph.Of(beginning + _blob)))).Code);

    [Theory]
    [InlineData("docker-image+blob://registry.example/team/app@", false)]
    [InlineData("oci-layout+blob://not/real@", true)]
    public void Find_AnAddress_IsWrittenAsItIsRead(string beginning, bool lent)
    {
        var address = BlobAddress.Find(beginning + _blob);
        Assert.Equal((beginning + _blob, lent), (address!.ToString(), address.IsLent));
    }
}
