using MsBuildKit.Engine.Distribution;
using MsBuildKit.Tool.Daemon;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Auth;

namespace MsBuildKit.Tool.Tests.Daemon.Sessions;

public sealed class SessionCredentialsTests
{
    private static readonly TokenWish s_wish = new("docker.io", new Uri("https://auth.example/token"), "registry.example", ["repository:team/app:pull,push"]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Find_OfDockerHub_AsksForTheHostThatIsSpokenTo()
    {
        await using var client = await FakeClient.StartAsync(new FakeAuth { Host = "registry-1.docker.io", User = "me", Secret = "s3cret" });
        var credentials = new SessionCredentials(client.Session, TimeProvider.System);
        Assert.Equal(new Credential("me", "s3cret", false), await credentials.FindAsync("docker.io", false, Token));
        Assert.Null(await credentials.FindAsync("ghcr.io", false, Token));
        Assert.Null(await credentials.FindTokenAsync(s_wish, Token));
    }

    [Fact]
    public async Task Find_SecretWithoutAUser_IsAnIdentityToken()
    {
        await using var client = await FakeClient.StartAsync(new FakeAuth { Host = "ghcr.io", Secret = "identity" });
        Assert.Equal(new Credential("", "identity", true), await new SessionCredentials(client.Session, TimeProvider.System).FindAsync("ghcr.io", true, Token));
    }

    [Fact]
    public async Task FindToken_ClientThatFetchesThem_IsToldWhatForAndShowsNoSecret()
    {
        var auth = new FakeAuth { Host = "registry-1.docker.io", Token = new FetchTokenResponse { Token = "t0ken", ExpiresIn = 300, IssuedAt = 100 } };
        await using var client = await FakeClient.StartAsync(auth);
        Assert.Equal(new LentToken("t0ken", TimeSpan.FromSeconds(300)), await new SessionCredentials(client.Session, TimeProvider.System).FindTokenAsync(s_wish, Token));
        var asked = Assert.Single(auth.Asked);
        Assert.Equal(("registry-1.docker.io", "https://auth.example/token", "registry.example"), (asked.Host, asked.Realm, asked.Service));
        Assert.Equal(["repository:team/app:pull,push"], asked.Scopes);
    }

    [Fact]
    public async Task FindToken_IssuedAMomentAgo_LivesOnlyAsLongAsIsLeft()
    {
        var issued = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 100;
        await using var client = await FakeClient.StartAsync(new FakeAuth { Host = "registry-1.docker.io", Token = new FetchTokenResponse { Token = "t0ken", ExpiresIn = 3600, IssuedAt = issued } });
        var found = await new SessionCredentials(client.Session, TimeProvider.System).FindTokenAsync(s_wish, Token);
        Assert.InRange(found!.Lifetime!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3500));
    }

    [Fact]
    public async Task FindToken_ThatTheClientIsRefused_SaysWhatTheClientSaid()
    {
        await using var client = await FakeClient.StartAsync(new FakeAuth { Host = "other", Token = new FetchTokenResponse() });
        var error = await Assert.ThrowsAsync<DaemonException>(() => new SessionCredentials(client.Session, TimeProvider.System).FindTokenAsync(s_wish, Token).AsTask());
        Assert.Equal("MBK2530", error.Code);
        Assert.Contains("failed to fetch oauth token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Find_WithoutAClientOrItsService_IsAnonymous()
    {
        await using var client = await FakeClient.StartAsync(new FakeAgent("default"));
        foreach (var credentials in new[] { new SessionCredentials(null, TimeProvider.System), new SessionCredentials(client.Session, TimeProvider.System) })
        {
            Assert.Null(await credentials.FindAsync("docker.io", true, Token));
            Assert.Null(await credentials.FindTokenAsync(s_wish, Token));
        }
    }
}
