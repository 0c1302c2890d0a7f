using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Llb;
using MsBuildKit.TestKit.Registry;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.Engine.Tests.Workers.Http;

/// <summary>What downloaders were attacked with: A6, E1 to E8 and F8 of our catalogue.</summary>
public sealed class HttpSafetyTests : IAsyncLifetime
{
    private const string Canary = "c4nary-s3cret";

    private SourceBench _bench = null!;
    private TestWebServer _other = null!;

    public async ValueTask InitializeAsync()
    {
        _bench = await SourceBench.StartAsync();
        _other = await TestWebServer.StartAsync();
        _other.Handler = context => context.Response.WriteAsync("other");
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _bench.DisposeAsync();
    }

    [Theory]
    [InlineData("attachment; filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("attachment; filename=\"..\\\\..\\\\x\"", "x")]
    [InlineData("attachment; filename=\"/etc/cron.d/x\"", "x")]
    [InlineData("attachment; filename=\"..\"", "download")]
    [InlineData("attachment; filename=\".\"", "download")]
    [InlineData("attachment; filename=\"\"", "end")]
    [InlineData("attachment; filename=\"a/\"", "end")]
    [InlineData("attachment; filename*=UTF-8''a%2Fb", "b")]
    [InlineData("attachment; filename*=UTF-8''a%00b", "end")]
    [InlineData("attachment; filename*=UTF-8''a%0Ab", "end")]
    [InlineData("attachment; filename*=UTF-8''photo%E2%80%AEgpj.exe", "download")]
    [InlineData("attachment; filename=\".wh.bin\"", "download")]
    [InlineData("attachment; filename=\" x \"", "x")]
    [InlineData("attachment; filename=\"C:\\\\x.txt\"", "x.txt")]
    [InlineData("nonsense;;;=", "end")]
    [InlineData("attachment", "end")]
    public async Task A6_NameThatTheServerGives_StaysAName(string disposition, string name)
    {
        _bench.Server.Handler = context =>
        {
            context.Response.Headers.ContentDisposition = disposition;
            return context.Response.WriteAsync("x");
        };
        Assert.Equal([$"File 600 0:0 0 {name} x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("some/end")))));
    }

    [Theory]
    [InlineData("", "d")]
    [InlineData("%2e%2e", "download")]
    [InlineData("a%2F..%2F..", "download")]
    [InlineData("a%2Fb", "b")]
    [InlineData("a%5Cb", "b")]
    [InlineData("a%01", "download")]
    [InlineData("a/", "a")]
    [InlineData("%E2%80%AEx", "download")]
    public async Task A6_EndOfAnAddress_StaysAName(string path, string name)
    {
        _bench.Server.Handler = context => context.Response.WriteAsync("x");
        Assert.Equal([$"File 600 0:0 0 {name} x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("d/") + path))));
    }

    [Theory]
    [InlineData("../x", "x")]
    [InlineData("..", "download")]
    [InlineData("a\0b", "download")]
    public async Task A6_NameOfTheGraph_StaysAName(string asked, string name)
    {
        _bench.Server.Handler = context => context.Response.WriteAsync("x");
        Assert.Equal([$"File 600 0:0 0 {name} x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url("f"), new HttpSourceOptions { FileName = asked }))));
    }

    [Fact]
    public async Task A6_NameOf256Bytes_IsNotTaken()
    {
        _bench.Server.Handler = context => context.Response.WriteAsync("x");
        Assert.Equal(["File 600 0:0 0 download x"], await _bench.ListAsync(await _bench.BuildAsync(LlbState.Http(_bench.Url(new string('n', 256))))));
    }

    [Theory]
    [InlineData("HTTP_AUTH_TOKEN_127.0.0.1", "Bearer " + Canary)]
    [InlineData("HTTP_AUTH_HEADER_127.0.0.1", Canary)]
    [InlineData("own", Canary)]
    public async Task Secret_OfTheHost_IsShownToItAlone(string id, string shown)
    {
        _bench.Lend(id, Canary + "\n");
        _bench.Server.Handler = context =>
        {
            context.Response.Redirect($"{_other.Address}x?y=1");
            return Task.CompletedTask;
        };
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x"), new HttpSourceOptions { AuthHeaderSecret = id == "own" ? id : "" }));
        Assert.Equal(shown, Assert.Single(_bench.Server.Requests).Authorization);
        var seen = Assert.Single(_other.Requests);
        Assert.Null(seen.Authorization);
        AssertNoSecret(seen);
        await _bench.ReopenAsync();
        AssertNoSecretInTheStore();
    }

    [Fact]
    public async Task E4_SecretOfAnotherHost_IsNotShown()
    {
        foreach (var host in new[] { "localhost", "127.0.0.2", "example.com", "", "127.0.0.1.example.com" }) _bench.Lend("HTTP_AUTH_TOKEN_" + host, Canary);
        _bench.Server.Handler = context => context.Response.WriteAsync("x");
        await _bench.BuildAsync(LlbState.Http(_bench.Url("x")));
        AssertNoSecret(Assert.Single(_bench.Server.Requests));
    }

    [Fact]
    public async Task Secret_ThatTheGraphNamesAndNobodyLends_IsAnError() =>
        Assert.Equal("MBK1805", (await _bench.FailAsync(LlbState.Http(_bench.Url("x"), new HttpSourceOptions { AuthHeaderSecret = "none" }))).Code);

    [Fact]
    public async Task Secret_OfTwoLines_IsNoHeader()
    {
        _bench.Lend("own", Canary + "\r\nX-Other: 1");
        var (code, message) = await _bench.FailAsync(LlbState.Http(_bench.Url("x"), new HttpSourceOptions { AuthHeaderSecret = "own" }));
        Assert.Equal("MBK1806", code);
        Assert.DoesNotContain(Canary, message, StringComparison.Ordinal);
        Assert.Empty(_bench.Server.Requests);
    }

    // reliability F8
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task F8_BuildWithoutTheToken_DoesNotGetWhatOneWithItFetched(bool checksum)
    {
        _bench.Server.Handler = context =>
        {
            context.Response.Headers.ETag = "\"private\"";
            if (context.Request.Headers.Authorization == "Bearer " + Canary) return context.Response.WriteAsync("private");
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        var state = LlbState.Http(_bench.Url("x"), new HttpSourceOptions { Checksum = checksum ? MsBuildKit.Engine.Oci.Digest.Of("private"u8) : null });
        _bench.Lend("HTTP_AUTH_TOKEN_127.0.0.1", Canary);
        await _bench.BuildAsync(state);
        _bench.TakeBack("HTTP_AUTH_TOKEN_127.0.0.1");
        Assert.Equal("MBK1412", (await _bench.FailAsync(state)).Code);
        Assert.Null(_bench.Server.Requests[^1].Headers.GetValueOrDefault("If-None-Match"));
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[fe80::1]/x")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://user:pw@127.0.0.1/x")]
    public async Task E2_RedirectToWhereNobodyIsSent_IsRefused(string location)
    {
        _bench.Server.Handler = context =>
        {
            (context.Response.StatusCode, context.Response.Headers.Location) = (302, location);
            return Task.CompletedTask;
        };
        Assert.Equal("MBK1406", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
    }

    [Fact]
    public async Task E2_RedirectsWithoutEnd_AreRefused()
    {
        _bench.Server.Handler = context =>
        {
            context.Response.Redirect("/again");
            return Task.CompletedTask;
        };
        Assert.Equal("MBK1406", (await _bench.FailAsync(LlbState.Http(_bench.Url("x")))).Code);
        Assert.Equal(11, _bench.Server.Requests.Count);
    }

    // The test's certificate is vouched for by nobody.
    [Fact]
    public async Task E6_CertificateThatNobodyVouchesFor_IsNotBelieved()
    {
        using var key = System.Security.Cryptography.RSA.Create(2048);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=localhost", key, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var secure = await TestWebServer.StartAsync(certificate);
        Assert.Equal("MBK1411", (await _bench.FailAsync(LlbState.Http($"https://localhost:{secure.Address.Port}/x"))).Code);
        Assert.Empty(secure.Requests);
    }

    private void AssertNoSecretInTheStore()
    {
        foreach (var file in Directory.EnumerateFiles(_bench.Folder["store"], "*", SearchOption.AllDirectories))
            Assert.DoesNotContain(Canary, System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(file)), StringComparison.Ordinal);
    }

    private static void AssertNoSecret(RecordedRequest request) => Assert.DoesNotContain(Canary, string.Join('\n', request.Headers.Values) + request.Path + request.Query, StringComparison.Ordinal);
}
