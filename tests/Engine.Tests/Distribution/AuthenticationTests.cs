using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Distribution;

/// <summary>Who asks, and how a registry is told.</summary>
public sealed class AuthenticationTests : IAsyncLifetime
{
    private static readonly byte[] s_bytes = RegistryBed.Bytes(1 << 20);
    private static readonly Descriptor s_blob = Descriptor.Of(MediaTypes.OciLayer, s_bytes);

    private RegistryBed _bed = null!;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync()
    {
        _bed = await RegistryBed.StartAsync();
        _bed.LogIn(Registry.Name, "me", "s3cret");
    }

    public ValueTask DisposeAsync() => _bed.DisposeAsync();

    [Fact]
    public async Task Push_Basic_IsAskedOnce()
    {
        Registry.Access = new BasicAccess("me", "s3cret");
        await PushAsync();
        Assert.Equal([401, 404, 202, 201], Registry.Requests.Select(r => r.Status));
    }

    [Fact]
    public async Task Push_Bearer_OneTokenForAll()
    {
        var access = new TokenAccess("me", "s3cret");
        Registry.Access = access;
        await PushAsync();
        Assert.Equal(["repository:team/app:pull,push"], Assert.Single(access.Asked));
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
        Assert.Contains("service=test%2C%20%22registry%22", Registry.Find("GET", "/token")[0].Query);
    }

    [Fact]
    public async Task Push_TokenThatSomebodyElseFetches_NeedsNoCredential()
    {
        var access = new TokenAccess("me", "s3cret");
        Registry.Access = access;
        var lender = new TokenLender("me", "s3cret");
        _bed.Credentials = lender;
        await PushAsync();
        var wish = Assert.Single(lender.Wishes);
        Assert.Equal((Registry.Name, "test, \"registry\""), (wish.Registry, wish.Service));
        Assert.Equal(["repository:team/app:pull,push"], wish.Scopes);
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("two\nlines")]
    public async Task Push_LentTokenThatCanBeNone_Fails(string token)
    {
        Registry.Access = new TokenAccess("me", "s3cret");
        _bed.Credentials = new TokenLender("me", "s3cret") { Always = token };
        Assert.Equal("MBK1404", (await Assert.ThrowsAsync<RegistryException>(() => PushAsync())).Code);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    public async Task Push_TokenServerThatRefusesNobodyForAMoment_IsAskedAgain(int status)
    {
        File.Delete(Path.Combine(_bed.Home, ".docker", "config.json"));
        Registry.Access = new TokenAccess();
        Registry.Faults.Add("GET", "/token", Faults.Status(status));
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task Push_TokenServerThatRefusesAPassword_IsNotAskedAgain()
    {
        var access = new TokenAccess("me", "another");
        Registry.Access = access;
        Assert.Equal("MBK1402", (await Assert.ThrowsAsync<RegistryException>(() => PushAsync())).Code);
        Assert.Single(access.Asked);
    }

    [Fact]
    public async Task Push_ManyAtOnce_FetchOneToken()
    {
        var access = new TokenAccess("me", "s3cret");
        Registry.Access = access;
        var pusher = _bed.Push();
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() =>
        {
            var bytes = RegistryBed.Bytes(1000, i);
            return pusher.PushBlobAsync(Descriptor.Of(MediaTypes.OciLayer, bytes), null, _ => Task.FromResult<Stream>(new MemoryStream(bytes)), null, default);
        })));
        Assert.Single(access.Asked);
        Assert.Equal(16, Registry["team/app"].Blobs.Count);
    }

    [Fact]
    public async Task Push_TokenRevokedBeforeThePut_FetchesANewOneAndEnds()
    {
        var access = new TokenAccess("me", "s3cret");
        Registry.Access = access;
        Registry.Faults.Add("PUT", "/uploads/", async (_, next) =>
        {
            access.Revoke();
            await next();
        });
        await PushAsync();
        Assert.Equal(2, access.Asked.Count);
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task Push_TokenAboutToExpire_IsRenewedBeforeItIsRefused()
    {
        var access = new TokenAccess("me", "s3cret") { ExpiresIn = 100 };
        Registry.Access = access;
        var pusher = _bed.Push();
        await PushAsync(pusher);
        _bed.Time.Advance(TimeSpan.FromSeconds(95));
        await PushAsync(pusher);
        Assert.Equal(2, access.Asked.Count);
        Assert.Single(Registry.Requests, r => r.Status == 401);
    }

    [Fact]
    public async Task Push_OnlyPostNeedsAToken_GetsOneThere()
    {
        Registry.Access = new TokenAccess("me", "s3cret") { IsFree = r => r.Method != "POST" };
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task Push_RefreshToken_IsExchanged()
    {
        File.WriteAllText(Path.Combine(_bed.Home, ".docker/config.json"), "{\"auths\":{\"" + Registry.Name + "\":{\"identitytoken\":\"r3fresh\"}}}");
        var access = new TokenAccess { RefreshToken = "r3fresh" };
        Registry.Access = access;
        await PushAsync();
        Assert.Equal("POST", Assert.Single(Registry.Requests, r => r.Path == "/token").Method);
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task Push_Mount_AsksToPullFromTheOtherRepository()
    {
        Registry["team/base"].Add(MediaTypes.OciLayer, s_bytes);
        var access = new TokenAccess("me", "s3cret");
        Registry.Access = access;
        Assert.Equal(0, await PushAsync(mountFrom: "team/base"));
        Assert.Equal(["repository:team/app:pull,push", "repository:team/base:pull"], access.Asked.Last());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Push_MountNotAllowed_IsSent(bool tokenServerRefuses)
    {
        Registry["team/base"].Add(MediaTypes.OciLayer, s_bytes);
        Registry.Access = new TokenAccess("me", "s3cret") { Withheld = ["repository:team/base:pull"], RefusesWithheld = tokenServerRefuses };
        Assert.Equal(s_blob.Size, await PushAsync(mountFrom: "team/base"));
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task Push_TokenServerBusy_IsAskedAgain()
    {
        Registry.Access = new TokenAccess("me", "s3cret");
        _bed.IdleTimeout = RegistryBed.ShortIdle;
        Registry.Faults.Add("GET", "/token", Faults.Status(503, retryAfter: 9), Faults.Reset, Faults.Stall);
        await PushAsync();
        Assert.Contains(TimeSpan.FromSeconds(9), _bed.Time.Pauses);
    }

    [Fact]
    public async Task Push_TokenServerRedirectsWithinItself_IsFollowed()
    {
        Registry.Access = new TokenAccess("me", "s3cret");
        Registry.Faults.Add("GET", "/token", async (context, _) =>
        {
            await Faults.Redirect("/token" + context.Request.QueryString, 301)(context, () => Task.CompletedTask);
        });
        await PushAsync();
        Assert.Equal(s_bytes, Registry["team/app"].Blobs[s_blob.Digest]);
    }

    [Fact]
    public async Task Push_TokenServerTalksNonsense_SaysSo()
    {
        Registry.Access = new TokenAccess("me", "s3cret");
        Registry.Faults.Add("GET", "/token", [.. Enumerable.Repeat(Faults.WebPage, 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Equal("MBK1404", error.Code);
        Assert.Contains("token server", error.Message);
        Assert.Equal(4, Registry.Find("GET", "/token").Count);
    }

    [Fact]
    public async Task Push_WrongPassword_IsNotTriedTwice()
    {
        Registry.Access = new BasicAccess("me", "other");
        await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Single(Registry.Requests, r => r.Authorization is not null);
        Registry.Access = new TokenAccess("me", "other");
        await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Single(Registry.Find("GET", "/token"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Push_WrongPassword_SaysHowToLogIn(bool bearer)
    {
        Registry.Access = bearer ? new TokenAccess("me", "other") : new BasicAccess("me", "other");
        var error = await Assert.ThrowsAsync<RegistryException>(() => PushAsync());
        Assert.Equal("MBK1402", error.Code);
        Assert.Contains($"docker login {Registry.Name}", error.Message);
        Assert.Empty(Registry.Find("POST"));
    }

    [Fact]
    public async Task Pull_Anonymous_GetsATokenToo()
    {
        File.Delete(Path.Combine(_bed.Home, ".docker/config.json"));
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        var access = new TokenAccess();
        Registry.Access = access;
        Assert.Equal(s_bytes, await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(s_blob.Digest, default)));
        Assert.Equal(["repository:team/app:pull"], Assert.Single(access.Asked));
    }

    private Task<long> PushAsync(RegistryPusher? pusher = null, string? mountFrom = null) =>
        (pusher ?? _bed.Push()).PushBlobAsync(s_blob, mountFrom, _ => Task.FromResult<Stream>(new MemoryStream(s_bytes)), null, default);
}
