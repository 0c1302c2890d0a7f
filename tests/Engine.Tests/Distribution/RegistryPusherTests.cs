using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Distribution;

public sealed class RegistryPusherTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = RegistryBed.Bytes(4 << 20);
    private static readonly Descriptor s_blob = Descriptor.Of(MediaTypes.OciLayer, s_bytes);

    private RegistryBed _bed = null!;
    private int _opened;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync() => _bed = await RegistryBed.StartAsync();

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task PushBlob_NotThere_IsSentWithOnePut(bool absoluteLocations)
    {
        Registry.Quirks = new() { AbsoluteLocations = absoluteLocations };
        Assert.Equal(s_blob.Size, await PushAsync());
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Equal(["HEAD", "POST", "PUT"], Registry.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task PushBlob_Empty_IsSent()
    {
        var empty = Descriptor.Of(MediaTypes.OciLayer, []);
        Assert.Equal(0, await _bed.Push().PushBlobAsync(empty, null, _ => Task.FromResult<Stream>(new MemoryStream()), null, default));
        Assert.Empty(Registry["team/app"].Blobs[empty.Digest]);
    }

    [Fact]
    public async Task PushBlob_There_IsNotOpened()
    {
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Assert.Equal(0, await PushAsync());
        Assert.Equal(0, _opened);
        Assert.Equal(["HEAD"], Registry.Requests.Select(r => r.Method));
    }

    [Fact]
    public async Task PushBlob_InAnotherRepository_IsMounted()
    {
        Registry["team/base"].Add(MediaTypes.OciLayer, s_bytes);
        Assert.Equal(0, await PushAsync("team/base"));
        Assert.Equal(0, _opened);
        Assert.Equal($"?mount={Uri.EscapeDataString(s_blob.Digest.ToString())}&from=team%2Fbase", Assert.Single(Registry.Find("POST")).Query);
    }

    [Fact]
    public async Task PushBlob_MountOpensUpload_UsesIt()
    {
        Registry.Quirks = new() { Mount = 202 };
        Assert.Equal(s_blob.Size, await PushAsync("team/base"));
        Assert.Single(Registry.Find("POST"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(405)]
    public async Task PushBlob_MountRefused_IsSent(int status)
    {
        Registry.Quirks = new() { Mount = status };
        Assert.Equal(s_blob.Size, await PushAsync("team/base"));
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task PushBlob_UploadBreaks_GoesOnWhereItBroke()
    {
        Registry.Faults.Add("PUT", "/uploads/", Faults.ResetUpload(1 << 20));
        await PushAsync();

        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Single(Registry.Find("POST"));
        var status = Assert.Single(Registry.Find("GET", "/uploads/"));
        var patch = Assert.Single(Registry.Find("PATCH"));
        Assert.Equal(204, status.Status);
        var from = long.Parse(patch.Headers["Content-Range"].Split('-')[0]);
        Assert.True(from >= 1 << 20);
        Assert.Equal($"{from}-{s_blob.Size - 1}", patch.Headers["Content-Range"]);
        Assert.Equal(s_blob.Size - from, patch.BodyLength);
        Assert.Equal(0, Registry.Find("PUT")[^1].BodyLength);
    }

    [Fact]
    public async Task PushBlob_EveryTryBreaksButBringsSomething_EndsWhole()
    {
        var cuts = Enumerable.Repeat(Faults.ResetUpload(1 << 18), 12).ToArray();
        Registry.Faults.Add(r => r.Method is "PUT" or "PATCH", cuts);
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Equal(12, Registry.Find("GET", "/uploads/").Count);
        Assert.Single(Registry.Find("POST"));
    }

    [Fact]
    public async Task PushBlob_UploadForgotten_BeginsAnew()
    {
        Registry.Faults.Add("PUT", "/uploads/", Faults.ResetUpload(1 << 20));
        Registry.Faults.Add("GET", "/uploads/", Faults.Status(404));
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Equal(2, Registry.Find("POST").Count);
        Assert.Empty(Registry.Find("PATCH"));
    }

    [Fact]
    public async Task PushBlob_NobodyTellsHowFarItCame_BeginsAnew()
    {
        Registry.Quirks = new() { NoUploadStatus = true };
        Registry.Faults.Add("PUT", "/uploads/", Faults.ResetUpload(1 << 20), Faults.Status(503));
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task PushBlob_AnswerToTheLastByteIsLost_FindsTheBlobThere()
    {
        Registry.Faults.Add("PUT", "/uploads/", async (context, next) =>
        {
            await next();
            context.Abort();
        });
        await PushAsync();
        Assert.Equal(1, _opened);
        Assert.Single(Registry.Find("PUT"));
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    [InlineData(204)]
    public async Task PushBlob_EndedWithAnotherSuccess_IsBelievedWhenItIsThere(int status)
    {
        Registry.Quirks = new() { Uploaded = status };
        Assert.Equal(s_blob.Size, await PushAsync());
        Assert.Equal(2, Registry.Find("HEAD").Count);
    }

    [Fact]
    public async Task PushBlob_SuccessWithoutTheBlob_IsAnErrorInTheEnd()
    {
        Registry.Faults.Add("PUT", "/uploads/", [.. Enumerable.Repeat(Faults.Status(202), 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Equal("MBK1404", error.Code);
    }

    [Fact]
    public async Task PushBlob_ServerBusy_WaitsAsLongAsItSays()
    {
        Registry.Faults.Add("PUT", "/uploads/", Faults.Status(429, retryAfter: 17), Faults.Status(503));
        await PushAsync();
        Assert.Contains(TimeSpan.FromSeconds(17), _bed.Time.Pauses);
        Assert.Equal(2, _bed.Time.Pauses.Count);
    }

    [Fact]
    public async Task PushBlob_ConnectionCutAgainAndAgain_SaysSo()
    {
        Registry.Faults.Add("PUT", "/uploads/", [.. Enumerable.Repeat(Faults.Reset, 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Equal("MBK1401", error.Code);
        Assert.Equal(8, Registry.Find("PUT").Count);
    }

    [Fact]
    public async Task PushBlob_SourceBreaks_IsNotBlamedOnTheRegistry()
    {
        var broken = await Assert.ThrowsAsync<IOException>(() => _bed.Push().PushBlobAsync(s_blob, null, _ => throw new IOException("the disk is gone"), null, default));
        Assert.Equal("the disk is gone", broken.Message);
        var shorter = await Assert.ThrowsAsync<Engine.Content.ContentException>(() =>
            _bed.Push().PushBlobAsync(s_blob, null, _ => Task.FromResult<Stream>(new MemoryStream(s_bytes[..1000])), null, default));
        Assert.Contains("has 1000 bytes in the store instead of", shorter.Message);
    }

    [Fact]
    public async Task PushBlob_Progress_ReachesTheEndAndNeverGoesBack()
    {
        Registry.Faults.Add("PUT", "/uploads/", Faults.ResetUpload(1 << 20));
        var events = new Events();
        await _bed.Push().PushBlobAsync(s_blob, null, OpenAsync, events, default);
        var moved = events.OfType<StepProgress>().ToList();
        Assert.All(moved, p => Assert.Equal(($"push {s_blob.Digest.Hex[..12]}", (long?)s_blob.Size), (p.Name, p.Total)));
        Assert.Equal(s_blob.Size, moved[^1].Current);
        Assert.True(moved.Count > 10);
    }

    [Fact]
    public async Task PushBlob_ClaimedInAnotherSize_IsSent()
    {
        Registry.Faults.Add("HEAD", "/blobs/", (context, _) =>
        {
            context.Response.ContentLength = 12;
            return Task.CompletedTask;
        });
        Assert.Equal(s_blob.Size, await PushAsync());
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task PushBlob_WebPageInstead_IsNoSuccess(string method)
    {
        Registry.Faults.Add(method, "/blobs/", [.. Enumerable.Repeat(Faults.WebPage, 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Equal("MBK1404", error.Code);
        Assert.Contains("web page", error.Message);
        Assert.Equal(4, Registry.Find(method, "/blobs/").Count);
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("POST")]
    [InlineData("PUT")]
    public async Task PushBlob_RefusedByMistake_IsTriedAgain(string method)
    {
        Registry.Faults.Add(method, "/blobs/", Faults.Status(403), Faults.WebPage, Faults.Status(403));
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task PushBlob_SpoiledOnTheWay_IsSentAnewFromItsFirstByte()
    {
        Registry.Faults.Add("PUT", "/uploads/", Faults.Status(400, body: """{"errors":[{"code":"DIGEST_INVALID","message":"other bytes"}]}"""));
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Equal(2, Registry.Find("POST").Count);
        Assert.Empty(Registry.Find("GET"));
    }

    [Fact]
    public async Task PushBlob_UploadCannotBeGoneOnWith_BeginsAnew()
    {
        Registry.Faults.Add("PUT", "/uploads/", Faults.ResetUpload(1 << 20));
        Registry.Faults.Add("GET", "/uploads/", Faults.Status(416));
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Equal(2, Registry.Find("POST").Count);
    }

    [Fact]
    public async Task PushManifest_ConnectionCut_IsSentAgain()
    {
        Registry.Faults.Add("PUT", "/manifests/", Faults.Reset, Faults.Status(502));
        var bytes = "{}"u8.ToArray();
        await _bed.Push().PushManifestAsync(Descriptor.Of(MediaTypes.OciManifest, bytes), bytes, "1.0", default);
        Assert.Equal(bytes, Registry["team/app"].Manifests[Digest.Of(bytes)].Bytes);
        Assert.Equal(Digest.Of(bytes), Registry["team/app"].Tags["1.0"]);
        Assert.Equal(MediaTypes.OciManifest, Registry.Find("PUT")[^1].Headers["Content-Type"]);
    }

    [Fact]
    public async Task PushManifest_KeptAsSomethingElse_IsAnError()
    {
        Registry.Faults.Add("PUT", "/manifests/", [.. Enumerable.Repeat(Faults.WrongDigest, 20)]);
        var bytes = "{}"u8.ToArray();
        var error = await Assert.ThrowsAsync<RegistryException>(() => _bed.Push().PushManifestAsync(Descriptor.Of(MediaTypes.OciManifest, bytes), bytes, "1.0", default));
        Assert.Equal("MBK1405", error.Code);
    }

    [Fact]
    public async Task PushManifest_KeptAsSomethingElseOnce_IsSentAgain()
    {
        Registry.Faults.Add("PUT", "/manifests/", Faults.WrongDigest, Faults.Status(404));
        var bytes = "{}"u8.ToArray();
        await _bed.Push().PushManifestAsync(Descriptor.Of(MediaTypes.OciManifest, bytes), bytes, "1.0", default);
        Assert.Equal(3, Registry.Find("PUT").Count);
    }

    private Task<long> PushAsync(string? mountFrom = null) => _bed.Push().PushBlobAsync(s_blob, mountFrom, OpenAsync, null, default);

    private Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        _opened++;
        return Task.FromResult<Stream>(new MemoryStream(s_bytes));
    }
}
