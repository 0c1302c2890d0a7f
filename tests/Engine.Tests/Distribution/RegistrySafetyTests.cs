using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.Engine.Tests.Distribution;

/// <summary>What registry clients were attacked with, one test for each family: E1 to E10 of our catalogue.</summary>
public sealed class RegistrySafetyTests : IAsyncLifetime
{
    private const string Canary = "c4nary-s3cret";

    private static readonly byte[] s_bytes = RegistryBed.Bytes(1 << 20);
    private static readonly Descriptor s_blob = Descriptor.Of(MediaTypes.OciLayer, s_bytes);
    private static readonly byte[] s_manifest = OciJson.Write(new ImageManifest { Config = Descriptor.Of(MediaTypes.OciConfig, "{}"u8), Layers = [] });

    private RegistryBed _bed = null!;
    private TestRegistry _other = null!;

    private TestRegistry Registry => _bed.Registry;

    public async ValueTask InitializeAsync()
    {
        _bed = await RegistryBed.StartAsync();
        _other = await TestRegistry.StartAsync();
        _bed.LogIn(Registry.Name, "me", Canary);
    }

    public async ValueTask DisposeAsync()
    {
        await _other.DisposeAsync();
        await _bed.DisposeAsync();
    }

    [Fact]
    public async Task E1_ForeignAddressesOfALayer_AreNeverAsked()
    {
        Registry.Access = new BasicAccess("me", Canary);
        var layer = s_blob with { MediaType = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Urls = [$"{_other.Address}layer"] };
        var config = Registry["team/app"].Add(MediaTypes.OciConfig, Encoding.ASCII.GetBytes($$$"""{"os":"linux","architecture":"amd64","rootfs":{"type":"layers","diff_ids":["{{{s_blob.Digest}}}"]}}"""));
        Registry["team/app"].AddManifest(MediaTypes.OciManifest, OciJson.Write(new ImageManifest { Config = config, Layers = [layer] }), "1.0");
        var repository = _bed.Pull();
        var image = await ImageResolution.ResolveAsync(repository, await repository.ResolveAsync(_bed.Image(tag: "1.0"), default), Platform.LinuxAmd64, default);
        Assert.Null(await image.Source.FindAsync(image.Document.Layers[0].Digest, default));
        Assert.Empty(_other.Requests);
    }

    [Theory]
    [InlineData("https://registry.example", "http://registry.example/token")]
    [InlineData("https://registry.example", "http://auth.example/token")]
    [InlineData("https://registry.example", "http://127.0.0.1/token")]
    [InlineData("https://registry.example", "https://127.0.0.1/token")]
    [InlineData("https://registry.example", "https://127.8.8.8/token")]
    [InlineData("https://registry.example", "https://[::1]/token")]
    [InlineData("https://registry.example", "https://[::ffff:127.0.0.1]/token")]
    [InlineData("https://registry.example", "https://[64:ff9b::7f00:1]/token")]
    [InlineData("https://registry.example", "https://[64:ff9b::a9fe:a9fe]/token")]
    [InlineData("https://registry.example", "https://0.0.0.0/token")]
    [InlineData("https://registry.example", "https://[::]/token")]
    [InlineData("https://registry.example", "https://2130706433/token")]
    [InlineData("https://registry.example", "https://0x7f.1/token")]
    [InlineData("https://registry.example", "https://169.254.169.254/latest")]
    [InlineData("https://registry.example", "https://[fe80::1]/token")]
    [InlineData("https://registry.example", "https://10.0.0.1/token")]
    [InlineData("https://registry.example", "https://172.16.5.5/token")]
    [InlineData("https://registry.example", "https://192.168.1.1/token")]
    [InlineData("https://registry.example", "https://100.100.100.200/token")]
    [InlineData("https://registry.example", "https://[fd00:ec2::254]/token")]
    [InlineData("https://registry.example", "https://user:pw@auth.example/token")]
    [InlineData("https://registry.example", "ftp://auth.example/token")]
    [InlineData("https://registry.example", "file:///etc/passwd")]
    [InlineData("https://registry.example", "/token")]
    [InlineData("https://registry.example", "")]
    [InlineData("https://registry.example", "HTTP://auth.example/token")]
    [InlineData("https://registry.example", "//auth.example/token")]
    [InlineData("https://registry.example", "auth.example/token")]
    [InlineData("https://registry.example", "javascript:alert(1)")]
    [InlineData("https://registry.example", "ws://auth.example/token")]
    [InlineData("https://registry.example", "https://user@auth.example/token")]
    [InlineData("https://registry.example", "https://127.1/token")]
    [InlineData("https://registry.example", "https://0177.0.0.1/token")]
    [InlineData("https://registry.example", "https://[::ffff:169.254.169.254]/latest")]
    [InlineData("https://registry.example", "https://[::ffff:10.0.0.1]/token")]
    [InlineData("https://registry.example", "https://198.18.0.1/token")]
    [InlineData("https://registry.example", "https://192.0.0.192/latest")]
    [InlineData("https://registry.example", "https://255.255.255.255/token")]
    [InlineData("https://registry.example", "https://172.31.255.255/token")]
    [InlineData("http://10.0.0.2", "http://0.0.0.0/token")]
    [InlineData("http://10.0.0.2", "http://[::1]/token")]
    [InlineData("http://10.0.0.2", "http://169.254.169.254/latest")]
    [InlineData("http://10.0.0.2", "http://127.0.0.1/token")]
    public async Task E2_TokenServerThatIsNotSafe_GetsNothing(string registry, string realm)
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => AskTokenServerAsync(registry, realm));
        Assert.Equal("MBK1406", error.Code);
        Assert.DoesNotContain(Canary, error.Message);
    }

    [Fact]
    public async Task E2_NameThatResolvesToALoopback_IsRefusedWhenConnecting()
    {
        var realm = $"http://localhost:{_other.Address.Port}/token";
        var error = await Assert.ThrowsAsync<RegistryException>(() => AskTokenServerAsync("http://registry.example", realm));
        Assert.True(error.Code == "MBK1406", error.ToString());
        Assert.Contains("private address of 'localhost'", error.Message);
        Assert.Empty(_other.Requests);
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "10.0.0.1", true)]
    [InlineData("127.0.0.1", "169.254.169.254", false)]
    [InlineData("10.0.0.1", "192.168.0.1", true)]
    [InlineData("10.0.0.1", "127.0.0.1", false)]
    [InlineData("10.0.0.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    [InlineData("192.0.2.1", "10.0.0.1", false)]
    [InlineData("2001:db8::1", "fd00::1", false)]
    [InlineData("fd00::1", "fd00::2", true)]
    [InlineData(null, "10.0.0.1", false)]
    public void E2_AddressOfATokenServer_IsOfNoNarrowerCircleThanTheRegistrys(string? registry, string server, bool permitted)
    {
        var guard = new AddressGuard("registry.example");
        if (registry is not null) guard.Reached(IPAddress.Parse(registry));
        var error = Record.Exception(() => guard.Require("auth.example", [IPAddress.Parse(server)], "for a token"));
        Assert.Equal(permitted, error is null);
    }

    [Fact]
    public void E2_RegistryThatWasOncePublic_DoesNotBecomePrivate()
    {
        var guard = new AddressGuard("registry.example");
        guard.Reached(IPAddress.Parse("192.0.2.1"));
        guard.Reached(IPAddress.Parse("10.0.0.1"));
        Assert.Throws<RegistryException>(() => guard.Require("auth.example", [IPAddress.Parse("192.0.2.9"), IPAddress.Parse("10.0.0.1")], "for a token"));
    }

    [Fact]
    public async Task E2_TokenServerRedirectsElsewhere_IsNotFollowed()
    {
        Registry.Access = new TokenAccess("me", Canary);
        Registry.Faults.Add("GET", "/token", Faults.Redirect($"{_other.Address}token"));
        Assert.Equal("MBK1406", (await Assert.ThrowsAsync<RegistryException>(PushAsync)).Code);
        Assert.Empty(_other.Requests);
    }

    [Fact]
    public async Task E2_ScopeOfTheChallenge_IsNotTaken()
    {
        Registry.Faults.Add("HEAD", "/blobs/", (context, _) =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{Registry.Address}token\",service=\"x&scope=registry:catalog:*\",scope=\"repository:team/secret:pull,push,delete\"";
            return Task.CompletedTask;
        });
        var access = new TokenAccess("me", Canary);
        Registry.Access = access;
        await PushAsync();
        Assert.Equal(["repository:team/app:pull,push"], access.Asked.First());
    }

    [Theory]
    [InlineData(307)]
    [InlineData(302)]
    public async Task E3_RedirectToAnotherOrigin_CarriesNoSecret(int status)
    {
        Registry.Access = new BasicAccess("me", Canary);
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        _other["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Registry.Faults.Add(r => r.Method == "GET" && r.Authorization is not null, Faults.Redirect($"{_other.Address}v2/team/app/blobs/{s_blob.Digest}?signed=1", status));
        Assert.Equal(s_bytes, await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(s_blob.Digest, default)));
        var seen = Assert.Single(_other.Requests);
        Assert.Null(seen.Authorization);
        AssertNoSecret(seen);
    }

    [Fact]
    public async Task E3_OtherOriginAsksForCredentials_GetsNone()
    {
        _other.Access = new BasicAccess("me", Canary);
        Registry.Faults.Add("GET", "/blobs/", Faults.Redirect($"{_other.Address}v2/team/app/blobs/{s_blob.Digest}"));
        Assert.Equal("MBK1402", (await Assert.ThrowsAsync<RegistryException>(async () => await _bed.Pull().FindAsync(s_blob.Digest, default))).Code);
        Assert.All(_other.Requests, AssertNoSecret);
    }

    [Theory]
    [InlineData("GET", 302)]
    [InlineData("GET", 307)]
    [InlineData("PUT", 307)]
    [InlineData("PUT", 308)]
    [InlineData("PATCH", 307)]
    public async Task E3_TokenAndPassword_StayWithTheRegistryWhateverIsRedirected(string method, int status)
    {
        var access = new TokenAccess("me", Canary);
        Registry.Access = access;
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        if (method == "PATCH") Registry.Faults.Add("PUT", "/uploads/", Faults.ResetUpload(500_000));
        Registry.Faults.Add(r => r.Method == method && r.Path.Contains("/blobs/", StringComparison.Ordinal) && r.Authorization is not null, (context, _) => Faults.Redirect($"{_other.Address.ToString().TrimEnd('/')}{context.Request.Path}{context.Request.QueryString}", status)(context, () => Task.CompletedTask));
        _other["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        if (method == "GET") await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(s_blob.Digest, default));
        else await _bed.Push().PushBlobAsync(s_blob with { Digest = Digest.Of("x"u8) }, null, Open, null, default).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Contains(_other.Requests, r => r.Method == method);
        Assert.All(_other.Requests, AssertNoSecret);
        Assert.All(_other.Requests, r => Assert.DoesNotContain("token-", string.Join('\n', r.Headers.Values) + r.Query));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task E3_RedirectToTheMetadataServiceOfACloud_IsNotFollowed(string method)
    {
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Registry.Faults.Add(method, "/blobs/", Faults.Redirect("http://169.254.169.254/latest/meta-data/"));
        var error = await Assert.ThrowsAsync<RegistryException>(() => method == "GET"
            ? _bed.Pull().FindAsync(s_blob.Digest, default).AsTask()
            : _bed.Push().PushBlobAsync(s_blob with { Digest = Digest.Of("x"u8) }, null, Open, null, default));
        Assert.Equal("MBK1406", error.Code);
        Assert.Contains("private address of '169.254.169.254' for content", error.Message);
    }

    [Fact]
    public async Task E3_NameThatResolvesToALoopback_IsRefusedWhenConnecting()
    {
        var guard = new AddressGuard("registry.example");
        guard.Reached(IPAddress.Parse("192.0.2.1"));
        var options = new RegistryOptions { Time = TimeProvider.System, Random = new Random(1) };
        using var http = RegistryTransport.CreateForContent(RegistryAddress.Of("registry.example", options), guard, options);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync($"http://localhost:{_other.Address.Port}/v2/"));
        Assert.Equal("MBK1406", Assert.IsType<RegistryException>(error.InnerException).Code);
        Assert.Empty(_other.Requests);
    }

    [Theory]
    [InlineData("https://registry.example/v2/", "http://registry.example/x", "https://registry.example/x")]
    [InlineData("https://registry.example:5000/v2/", "http://registry.example/x?a=b", "https://registry.example:5000/x?a=b")]
    [InlineData("https://registry.example/v2/", "http://cdn.example/x", null)]
    [InlineData("https://registry.example/v2/", "http://registry.example:8080/x", null)]
    [InlineData("https://registry.example/v2/", "ftp://cdn.example/x", null)]
    [InlineData("http://registry.example/v2/", "file:///etc/passwd", null)]
    [InlineData("https://registry.example/v2/", "../y?z=%2F", "https://registry.example/y?z=%2F")]
    public void E3_Redirect_NeverLeavesTls(string from, string location, string? expected)
    {
        var to = Redirects.Resolve(new Uri(from), new Uri(location, UriKind.RelativeOrAbsolute));
        Assert.Equal(expected, to is null || Redirects.IsDowngrade(new Uri(from), to) ? null : to.AbsoluteUri);
    }

    [Fact]
    public async Task E3_EndlessRedirects_End()
    {
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat(Faults.Redirect($"/v2/team/app/blobs/{s_blob.Digest}"), 30)]);
        var error = await Assert.ThrowsAsync<RegistryException>(async () => await _bed.Pull().FindAsync(s_blob.Digest, default));
        Assert.Equal("MBK1406", error.Code);
        Assert.Equal(6, Registry.Requests.Count);
    }

    [Fact]
    public async Task E4_CredentialOfAnotherRegistry_IsNotSent()
    {
        _other.Access = new BasicAccess("me", Canary);
        var pusher = _bed.Open().OpenPusher(ImageReference.Create(_other.Name, "team/app"));
        await Assert.ThrowsAsync<RegistryException>(() => pusher.PushBlobAsync(s_blob, null, Open, null, default));
        Assert.All(_other.Requests, AssertNoSecret);
    }

    [Fact]
    public async Task E4_FiveRegistries_EachSeesItsOwnCredentialOnly()
    {
        var registries = new List<TestRegistry>();
        try
        {
            for (var i = 0; i < 5; i++) registries.Add(await TestRegistry.StartAsync());
            var auths = registries.ToDictionary(r => r.Name, r => new { auth = Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Canary}-{r.Name}")) });
            File.WriteAllText(Path.Combine(_bed.Home, ".docker/config.json"), System.Text.Json.JsonSerializer.Serialize(new { auths }));
            var opened = _bed.Open();
            foreach (var registry in registries)
            {
                registry.Access = new TokenAccess("me", $"{Canary}-{registry.Name}");
                await opened.OpenPusher(ImageReference.Create(registry.Name, "team/app")).PushBlobAsync(s_blob, null, Open, null, default);
            }
            foreach (var registry in registries)
            {
                var shown = registry.Requests.Select(r => r.Authorization).OfType<string>().Where(a => a.StartsWith("Basic ", StringComparison.Ordinal)).Distinct();
                Assert.Equal($"Basic {auths[registry.Name].auth}", Assert.Single(shown));
                var all = string.Join('\n', registry.Requests.SelectMany(r => r.Headers.Values.Append(r.Query)));
                Assert.All(registries.Where(r => r != registry), other => Assert.DoesNotContain(auths[other.Name].auth, all));
            }
        }
        finally
        {
            foreach (var registry in registries) await registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task E5_PinnedManifestWithOtherBytes_IsRefused()
    {
        Registry["team/app"].AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
        Registry.Quirks = new() { ManifestHead = 405 };
        Registry.Faults.Add("GET", "/manifests/", [.. Enumerable.Repeat(Faults.OtherBytes, 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(() => _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0", digest: Digest.Of(s_manifest)), default));
        Assert.Equal("MBK1405", error.Code);
        Assert.Null(await _bed.Store.FindSizeAsync(Digest.Of(s_manifest), default));
    }

    [Theory]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task E5_DigestHeader_IsNotBelieved(string method)
    {
        Registry["team/app"].AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
        if (method == "GET") Registry.Quirks = new() { ManifestHead = 405 };
        Registry.Faults.Add(method, "/manifests/", Faults.WrongDigest);
        Assert.Equal(Digest.Of(s_manifest), (await _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0", digest: Digest.Of(s_manifest)), default)).Digest);
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(1000)]
    public async Task E5_BlobWithOtherBytes_IsRefusedAtItsEnd(int size)
    {
        var bytes = RegistryBed.Bytes(size);
        Registry["team/app"].Add(MediaTypes.OciLayer, bytes);
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat(Faults.OtherBytes, 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(async () => await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(Digest.Of(bytes), default)));
        Assert.Equal("MBK1405", error.Code);
        Assert.Null(await _bed.Store.FindSizeAsync(Digest.Of(bytes), default));
    }

    [Fact]
    public async Task E6_NoTlsOutsideOfThisMachine_IsAnErrorAndNotPlainHttp()
    {
        var error = await Assert.ThrowsAsync<RegistryException>(() => PullThroughProxyAsync(o => o));
        Assert.Equal("MBK1401", error.Code);
        Assert.DoesNotContain(_other.Requests, r => r.Path.StartsWith("/v2/team", StringComparison.Ordinal));
    }

    [Fact]
    public async Task E6_OwnCertificateOnThisMachine_IsGoodEnoughAndStaysTls()
    {
        using var certificate = MakeCertificate();
        await using var secure = await TestRegistry.StartAsync(certificate);
        secure["team/app"].AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
        var image = ImageReference.Create(secure.Name, "team/app", "1.0");
        Assert.Equal(Digest.Of(s_manifest), (await _bed.Open().OpenRepository(image, _bed.Store).ResolveAsync(image, default)).Digest);
        Assert.Equal("https", secure.Address.Scheme);
    }

    [Fact]
    public async Task E6_OwnCertificateOfWhereARegistryLeads_IsNotGoodEnough()
    {
        using var certificate = MakeCertificate();
        await using var secure = await TestRegistry.StartAsync(certificate);
        secure["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Registry.Faults.Add("GET", "/blobs/", Faults.Redirect($"https://localhost:{secure.Address.Port}/v2/team/app/blobs/{s_blob.Digest}"));
        Assert.Equal("MBK1401", (await Assert.ThrowsAsync<RegistryException>(async () => await _bed.Pull().FindAsync(s_blob.Digest, default))).Code);
        Assert.Empty(secure.Requests);
    }

    [Fact]
    public async Task E6_NoTlsButTheUserSaidSo_IsPlainHttp()
    {
        _other["team/app"].AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
        Assert.Equal(Digest.Of(s_manifest), (await PullThroughProxyAsync(o => o with { InsecureRegistries = ["REGISTRY.example"] })).Digest);
    }

    [Fact]
    public async Task E7_ManifestWithoutEnd_IsCutOff()
    {
        Registry.Quirks = new() { ManifestHead = 405 };
        Registry.Faults.Add("GET", "/manifests/", async (context, _) =>
        {
            var block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(block, context.RequestAborted);
        });
        var error = await Assert.ThrowsAsync<RegistryException>(() => _bed.Pull().ResolveAsync(_bed.Image(tag: "1.0"), default));
        Assert.Equal("MBK1405", error.Code);
    }

    [Fact]
    public async Task E7_TokenWithoutEnd_IsCutOff()
    {
        Registry.Access = new TokenAccess("me", Canary);
        Registry.Faults.Add("GET", "/token", [.. Enumerable.Repeat<Fault>(async (context, _) =>
        {
            var block = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested) await context.Response.Body.WriteAsync(block, context.RequestAborted);
        }, 20)]);
        Assert.Equal("MBK1401", (await Assert.ThrowsAsync<RegistryException>(PushAsync)).Code);
    }

    [Fact]
    public async Task E7_LayerWithoutEnd_IsCutOff()
    {
        // Says nothing more after 16 MiB: who reads on waits until its timeout, and asks again.
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat<Fault>(async (context, _) =>
        {
            var block = new byte[1 << 16];
            for (var left = 256; left > 0; left--) await context.Response.Body.WriteAsync(block, context.RequestAborted);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }, 20)]);
        var layer = new MsBuildKit.Engine.Snapshots.Layer { DiffId = s_blob.Digest, Blob = s_blob, CreatedBy = "", Origin = new(_bed.Pull(), _bed.Image()) };
        var error = await Assert.ThrowsAsync<ContentException>(() => new LayerMaterializer(_bed.Store, new KeyLocks(Path.Combine(_bed.Home, "locks")), null).EnsureAsync(layer, default));
        Assert.Equal("MBK1201", error.Code);
        Assert.Single(Registry.Find("GET", "/blobs/"));
    }

    [Fact]
    public async Task E8_RegistryRepeatsWhatItWasShown_IsNotRepeatedToTheUser()
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Canary}"));
        Registry.Access = new TokenAccess("me", Canary);
        foreach (var echo in new[] { "you sent $TOKEN", $"you are {Canary}", $"you are {basic}", "c4nary\\n-s3\\tcret is yours", "C4NARY-S3CRET" })
        {
            Registry.Faults.Add("POST", "/uploads/", async (context, _) =>
            {
                context.Response.StatusCode = 400;
                await context.Response.WriteAsync($$"""{"errors":[{"code":"NO","message":"{{echo.Replace("$TOKEN", context.Request.Headers.Authorization.ToString()["Bearer ".Length..])}}"}]}""");
            });
            var error = (await Assert.ThrowsAsync<RegistryException>(PushAsync)).ToString();
            Assert.Contains("***", error);
            Assert.DoesNotContain(Canary, error, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(basic, error);
            Assert.DoesNotContain("token-", error);
        }
    }

    [Fact]
    public async Task E8_RegistryLeadsToAHostNamedAsTheSecret_IsNotRepeatedToTheUser()
    {
        Registry.Access = new BasicAccess("me", Canary);
        Registry.Faults.Add(r => r.Method == "GET" && r.Authorization is not null, Faults.Redirect($"ftp://{Canary}.example/x"), Faults.Redirect($"http://{Canary}.invalid/x"));
        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<RegistryException>(async () => await _bed.Pull().FindAsync(s_blob.Digest, default));
            Assert.DoesNotContain(Canary, error.ToString(), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task E8_Errors_HoldNoSecret()
    {
        var messages = new List<string>();
        foreach (var access in new RegistryAccess[] { new BasicAccess("me", "x"), new TokenAccess("me", "x"), new TokenAccess("me", Canary) { Realm = "http://169.254.1.1/" } })
        {
            Registry.Access = access;
            messages.Add((await Assert.ThrowsAsync<RegistryException>(PushAsync)).ToString());
        }
        Registry.Access = RegistryAccess.Open;
        Registry.Faults.Add("HEAD", "/blobs/", Faults.Status(400));
        messages.Add((await Assert.ThrowsAsync<RegistryException>(PushAsync)).ToString());
        messages.Add(new Credential("me", Canary, IsToken: false).ToString());
        var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Canary}"));
        Assert.All(messages, m => Assert.False(m.Contains(Canary, StringComparison.Ordinal) || m.Contains(encoded, StringComparison.Ordinal), m));
    }

    [Fact]
    public async Task E9_ServerFallsSilent_IsAskedAgain()
    {
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        _bed.IdleTimeout = RegistryBed.ShortIdle;
        Registry.Faults.Add("GET", "/blobs/", Faults.Stall, Faults.StallBody(300_000));
        Assert.Equal(s_bytes, await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(s_blob.Digest, default)));
        Assert.InRange(Registry.Find("GET", "/blobs/").Count, 3, 20);
    }

    [Fact]
    public async Task E9_ServerTrickles_IsGivenUp()
    {
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat<Fault>(async (context, _) =>
        {
            context.Response.ContentLength = s_bytes.Length;
            for (var i = 0; i < s_bytes.Length; i++)
            {
                await context.Response.Body.WriteAsync(s_bytes.AsMemory(i, 1), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(50, context.RequestAborted);
            }
        }, 20)]);
        var registries = _bed.Open(o => o with { RateWindow = TimeSpan.FromSeconds(0.5), Attempts = 3 });
        var stream = await registries.OpenRepository(_bed.Image(), _bed.Store).FindAsync(s_blob.Digest, default);
        var error = await Assert.ThrowsAsync<RegistryException>(() => RegistryBed.ReadAsync(stream));
        Assert.Equal("MBK1401", error.Code);
        Assert.Contains("it sent only", error.Message);
        Assert.Equal(3, Registry.Find("GET", "/blobs/").Count);
    }

    [Fact]
    public async Task E9_ServerBreaksOffAfterEveryByte_IsGivenUp()
    {
        Registry["team/app"].Add(MediaTypes.OciLayer, s_bytes);
        Registry.Faults.Add("GET", "/blobs/", [.. Enumerable.Repeat(Faults.CutBody(1), 50)]);
        var error = await Assert.ThrowsAsync<RegistryException>(async () => await RegistryBed.ReadAsync(await _bed.Pull().FindAsync(s_blob.Digest, default)));
        Assert.Equal("MBK1401", error.Code);
        Assert.InRange(Registry.Find("GET", "/blobs/").Count, 8, 49);
    }

    [Fact]
    public async Task E9_UploadIsNotTaken_IsGivenUpAndBegunAgain()
    {
        _bed.IdleTimeout = RegistryBed.ShortIdle;
        Registry.Faults.Add("PUT", "/uploads/", Faults.Stall);
        var large = RegistryBed.Bytes(32 << 20);
        var blob = Descriptor.Of(MediaTypes.OciLayer, large);
        await _bed.Push().PushBlobAsync(blob, null, _ => Task.FromResult<Stream>(new MemoryStream(large)), null, default);
        Assert.Equal(large, Registry["team/app"].Blobs[blob.Digest]);
    }

    [Fact]
    public async Task E9_CancelWhileTheServerIsSilent_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        var silent = new TaskCompletionSource();
        Registry.Faults.Add("HEAD", "/blobs/", async (context, next) =>
        {
            silent.SetResult();
            await Faults.Stall(context, next);
        });
        var push = _bed.Open(o => o with { IdleTimeout = TimeSpan.FromHours(1), Time = TimeProvider.System })
            .OpenPusher(_bed.Image()).PushBlobAsync(s_blob, null, Open, null, stop.Token);
        await silent.Task;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => push.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.True(push.IsCanceled);
    }

    [Theory]
    [InlineData(400, 1)]
    [InlineData(403, 4)]
    [InlineData(413, 1)]
    [InlineData(422, 1)]
    public async Task E10_RefusedUpload_SaysWhatTheRegistrySaidAndGivesUpSoon(int status, int tries)
    {
        var said = $$"""{"errors":[{"code":"SIZE","message":"{{new string('m', 5000)}}"}]}""";
        Registry.Faults.Add("PUT", "/uploads/", [.. Enumerable.Repeat(Faults.Status(status, body: said[..3000] + "\"}]}"), 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(PushAsync);
        Assert.Contains("SIZE: mmm", error.Message);
        Assert.True(error.Message.Length < 700);
        Assert.Equal(tries, Registry.Find("PUT").Count);
        Assert.True(_bed.Time.Pauses.Sum(p => p.TotalSeconds) < 5);
    }

    [Theory]
    [InlineData("HEAD", "/blobs/")]
    [InlineData("POST", "/blobs/")]
    [InlineData("PUT", "/manifests/")]
    public async Task E10_TooLarge_IsToldAtOnceWhicheverRequestItIs(string method, string part)
    {
        Registry.Faults.Add(method, part, [.. Enumerable.Repeat(Faults.Status(413), 20)]);
        var error = await Assert.ThrowsAsync<RegistryException>(PushAllAsync);
        Assert.Equal("MBK1404", error.Code);
        Assert.Contains("answered 413", error.Message);
        Assert.Single(Registry.Find(method, part));
        Assert.Empty(_bed.Time.Pauses);
    }

    [Theory]
    [InlineData("error=\"insufficient_scope\"", 2)]
    [InlineData("error=\"invalid_token\"", 8)]
    public async Task E10_TokenRefusedForGood_IsToldSoon(string error, int requests)
    {
        Registry.Access = new TokenAccess("me", Canary);
        Registry.Faults.Add("PUT", "/manifests/", [.. Enumerable.Repeat<Fault>((context, _) =>
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = $"Bearer realm=\"{Registry.Address}token\",{error}";
            return Task.CompletedTask;
        }, 20)]);
        Assert.Equal("MBK1402", (await Assert.ThrowsAsync<RegistryException>(PushAllAsync)).Code);
        Assert.Equal(requests, Registry.Find("PUT", "/manifests/").Count);
    }

    [Fact]
    public async Task E10_RefusalWhoseBodyNeverEnds_IsToldAllTheSame()
    {
        _bed.IdleTimeout = RegistryBed.ShortIdle;
        Registry.Faults.Add("PUT", "/uploads/", async (context, _) =>
        {
            context.Response.StatusCode = 413;
            await context.Response.Body.WriteAsync("{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var error = await Assert.ThrowsAsync<RegistryException>(PushAsync);
        Assert.Contains("answered 413", error.Message);
    }

    [Fact]
    public async Task Proxy_Loopback_IsNeverUsed()
    {
        Registry["team/app"].AddManifest(MediaTypes.OciManifest, s_manifest, "1.0");
        var registries = _bed.Open(o => o with { Proxy = new WebProxy(_other.Address) });
        Assert.NotNull(await registries.OpenRepository(_bed.Image(), _bed.Store).ResolveAsync(_bed.Image(tag: "1.0"), default));
        Assert.Empty(_other.Requests);
    }

    private static X509Certificate2 MakeCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    // The proxy is a registry that answers whoever it is asked for, so plain HTTP reaches it and TLS does not.
    private Task<Descriptor> PullThroughProxyAsync(Func<RegistryOptions, RegistryOptions> change)
    {
        var image = ImageReference.Parse("registry.example/team/app:1.0");
        return _bed.Open(o => change(o with { Proxy = new WebProxy(_other.Address), Attempts = 2 })).OpenRepository(image, _bed.Store).ResolveAsync(image, default);
    }

    private async Task<Token?> AskTokenServerAsync(string registry, string realm)
    {
        var options = new RegistryOptions { Time = TimeProvider.System, Random = new Random(1), Attempts = 1 };
        var origin = new Uri(registry);
        var guard = new AddressGuard(origin.Authority);
        if (IPAddress.TryParse(origin.Host, out var own)) guard.Reached(own);
        var address = RegistryAddress.Of(origin.Authority, options);
        using var http = RegistryTransport.CreateForTokens(address, guard, options);
        var client = new TokenClient(address, http, guard, new RegistryErrors(origin.Authority, push: true, options), options);
        var challenge = new Challenge("bearer", new Dictionary<string, string> { ["realm"] = realm });
        return await client.FetchAsync(origin, challenge, new Credential("me", Canary, IsToken: false), new TokenScope("team/app", Push: true), default);
    }

    private async Task PushAllAsync()
    {
        var pusher = _bed.Push();
        await pusher.PushBlobAsync(s_blob, null, Open, null, default);
        await pusher.PushManifestAsync(Descriptor.Of(MediaTypes.OciManifest, s_manifest), s_manifest, "1.0", default);
    }

    private Task<long> PushAsync() => _bed.Push().PushBlobAsync(s_blob, null, Open, null, default);

    private static Task<Stream> Open(CancellationToken cancellationToken) => Task.FromResult<Stream>(new MemoryStream(s_bytes));

    private static void AssertNoSecret(RecordedRequest request)
    {
        var all = request + string.Join('\n', request.Headers.Select(h => $"{h.Key}: {h.Value}"));
        Assert.DoesNotContain(Canary, all);
        Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{Canary}")), all);
    }
}
