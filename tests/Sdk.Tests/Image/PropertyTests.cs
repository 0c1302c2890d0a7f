using System.Text.Json.Nodes;

namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>Every property and item of the .NET SDK keeps its meaning, and every new one has the one that is written.</summary>
public sealed class PropertyTests(FullImage full) : IClassFixture<FullImage>
{
    [Fact]
    public void ContainerRepositoryAndTags_NameTheImage()
    {
        Assert.Equal(["docker.io/team/my-app:1.0", "docker.io/team/my-app:latest"], full.Run.Items("ContainerImage").Select(i => (string?)i["Identity"]));
        Assert.Equal(["1.0", "latest"], full.Layout.Index["manifests"]!.AsArray().Select(m => (string?)m!["annotations"]!["org.opencontainers.image.ref.name"]));
        Assert.Single(full.Layout.Index["manifests"]!.AsArray().Select(m => (string?)m!["digest"]).Distinct());
    }

    [Fact]
    public void ContainerWorkingDirectory_HoldsTheApplicationAndItsCommand()
    {
        Assert.Equal("/srv/shop", (string?)full.Image.Config["WorkingDir"]);
        Assert.Equal(["dotnet", "/srv/shop/Full.dll"], full.Image.Words("Entrypoint"));
        Assert.Contains("Full.dll", full.Image.Below("/srv/shop"));
        Assert.DoesNotContain("Full.dll", full.Image.Below("/app"));
    }

    [Fact]
    public void ContainerDefaultArgs_AreWhatACallerReplaces() => Assert.Equal(["--urls", "http://+:9000"], full.Image.Words("Cmd"));

    [Fact]
    public void ContainerEnvironmentVariable_KeepsItsValueAndWinsOverTheBase()
    {
        Assert.Contains("REPLACED=a=b;c:d $HOME %", full.Image.Environment);
        Assert.Contains("ASPNETCORE_URLS=http://+:9000;http://+:9001", full.Image.Environment);
        Assert.Contains("FROM_BASE=1", full.Image.Environment);
        Assert.Equal(3, full.Image.Environment.Count);
    }

    [Fact]
    public void ContainerPort_JoinsThoseOfTheEnvironment() =>
        Assert.Equal(["53/udp", "8443/tcp", "9000/tcp", "9001/tcp"], Keys("ExposedPorts"));

    [Fact]
    public void ContainerVolume_JoinsThoseOfTheBase() => Assert.Equal(["/base-volume", "/data", "/var/lib/shop"], Keys("Volumes"));

    [Fact]
    public void ContainerStopSignal_WinsOverTheBase() => Assert.Equal("SIGINT", (string?)full.Image.Config["StopSignal"]);

    [Fact]
    public void ContainerHealthcheck_IsInTheConfiguration()
    {
        var check = full.Image.Config["Healthcheck"]!;
        Assert.Equal(["CMD-SHELL", "curl -f http://localhost:9000/ || exit 1"], check["Test"]!.AsArray().Select(w => (string?)w));
        Assert.Equal((30_000_000_000, 500_000_000, 60_000_000_000, 3), ((long)check["Interval"]!, (long)check["Timeout"]!, (long)check["StartPeriod"]!, (int)check["Retries"]!));
    }

    [Theory]
    [InlineData("org.opencontainers.image.description", "A shop: cheap; good")]
    [InlineData("org.opencontainers.artifact.description", "A shop: cheap; good")]
    [InlineData("org.opencontainers.image.authors", "Ann")]
    [InlineData("org.opencontainers.image.url", "https://shop.example/?a=b;c")]
    [InlineData("org.opencontainers.image.documentation", "https://shop.example/?a=b;c")]
    [InlineData("org.opencontainers.image.version", "2.3.4")]
    [InlineData("org.opencontainers.image.vendor", "Vend")]
    [InlineData("org.opencontainers.image.licenses", "MIT")]
    [InlineData("org.opencontainers.image.title", "My own title")]
    [InlineData("org.opencontainers.image.source", "https://git.example/shop")]
    [InlineData("org.opencontainers.image.revision", "0123456789abcdef0123456789abcdef01234567")]
    [InlineData("org.opencontainers.image.created", "1970-01-01T00:00:00Z")]
    [InlineData("org.opencontainers.artifact.created", "1970-01-01T00:00:00Z")]
    [InlineData("net.dot.runtime.majorminor", "10.0")]
    [InlineData("my.url", "https://a.example:1/x;y")]
    [InlineData("base.label", "kept")]
    public void Labels_ComeFromTheUserThenTheProjectThenTheBase(string key, string value) => Assert.Equal(value, full.Image.Label(key));

    [Fact]
    public void ContainerAnnotation_IsOnTheManifestAndTheIndex()
    {
        Assert.Equal("a:b;c", (string?)full.Image.Manifest["annotations"]!["shop.note"]);
        Assert.Equal("a:b;c", (string?)full.Layout.Read(full.Layout.Digest)["annotations"]!["shop.note"]);
    }

    [Fact]
    public void ContainerUser_IsInTheConfigurationAndOwnsTheApplication()
    {
        Assert.Equal("service:others", (string?)full.Image.Config["User"]);
        Assert.All(full.Image.Files.Values.Where(f => f.Path.StartsWith("/srv/shop/", StringComparison.Ordinal)), f => Assert.Equal("4711:4800", f.Owner));
        Assert.Equal("4711:4800", full.Image.Layers[^1].Entries.Concat(full.Image.Layers[^2].Entries).First(e => e.Path == "/srv/shop").Owner);
    }

    [Fact]
    public void FileModes_AreReal()
    {
        var files = full.Image.Files;
        Assert.Equal("0644", files["/srv/shop/Full.dll"].Mode);
        Assert.Equal("0644", files["/srv/shop/wwwroot/site.css"].Mode);
        Assert.Equal("0755", files["/srv/shop/Full"].Mode);
    }

    [Theory]
    [InlineData("/etc/shop.conf", "0600", "5:6")]
    [InlineData("/etc/conf.d/full.conf", "0644", "4711:4712")]
    [InlineData("/usr/bin/start", "0755", "4711:4800")]
    public void ContainerFile_IsWhereAndAsItWasAsked(string path, string mode, string owner)
    {
        var file = full.Image.Files[path];
        Assert.Equal((mode, owner), (file.Mode, file.Owner));
    }

    [Fact]
    public void ContainerExcludeSymbols_LeavesTheSymbolsOut() => Assert.DoesNotContain(full.Image.Below("/srv/shop"), p => p.EndsWith(".pdb", StringComparison.Ordinal));

    [Fact]
    public void ContainerCompression_IsThatOfEveryNewLayer() =>
        Assert.All(full.Image.Manifest["layers"]!.AsArray().Skip(BaseLayers), l => Assert.Equal("application/vnd.oci.image.layer.v1.tar+zstd", (string?)l!["mediaType"]));

    [Fact]
    public void ContainerBaseImage_StandsBelow()
    {
        var ground = full.Tree.Layout("Ground").Image();
        Assert.Equal(ground.Layers.Select(l => l.Digest), full.Image.Layers.Take(BaseLayers).Select(l => l.Digest));
    }

    [Fact]
    public void Times_AreTheEpoch() => Assert.All(full.Image.Layers.SelectMany(l => l.Entries), e => Assert.Equal(DateTimeOffset.UnixEpoch, e.Modified));

    [Fact]
    public void ContainerCacheDirectory_HoldsTheStore() => Assert.NotEmpty(Directory.GetFiles(full.Tree["Full/out/cache/blobs/sha256"]));

    [Fact]
    public void ContainerArchiveOutputPath_IsALayoutInATar()
    {
        Assert.Equal(full.Tree["Full/out/shop.tar"], full.Run.Property("GeneratedArchiveOutputPath"));
        Assert.Contains("index.json", TarNames("shop.tar"));
        Assert.Contains("oci-layout", TarNames("shop.tar"));
    }

    [Fact]
    public void ContainerOutput_DockerArchive_IsWhatDockerLoads() => Assert.Contains("manifest.json", TarNames("docker.tar"));

    [Fact]
    public void ContainerOutput_TarAndDirectory_AreTheFilesOfTheImage()
    {
        Assert.Contains("etc/shop.conf", TarNames("files.tar"));
        Assert.Equal("text", File.ReadAllText(full.Tree["Full/out/files/etc/shop.conf"]));
    }

    [Fact]
    public void GeneratedContainer_TellsOfTheImage()
    {
        var one = Assert.Single(full.Run.Items("GeneratedContainer"));
        Assert.Equal(full.Layout.Digest, full.Run.Property("GeneratedContainerDigest"));
        Assert.Equal((string?)full.Layout.Index["manifests"]![0]!["mediaType"], full.Run.Property("GeneratedContainerMediaType"));
        Assert.True(JsonNode.DeepEquals(full.Image.Manifest, JsonNode.Parse(full.Run.Property("GeneratedContainerManifest"))));
        Assert.True(JsonNode.DeepEquals(full.Image.Configuration, JsonNode.Parse((string)one["Configuration"]!)));
        Assert.Equal(full.Run.Items("ContainerImage").Select(i => (string?)i["Identity"]), full.Run.Items("GeneratedContainerName").Select(i => (string?)i["Identity"]));
    }

    [Fact]
    public void ContainerSbomAndProvenance_AreItemsAndAttached()
    {
        Assert.Equal(full.Tree["Full/out/image/sbom.spdx.json"], (string?)Assert.Single(full.Run.Items("ContainerSbom"))["Identity"]);
        Assert.Equal(full.Tree["Full/out/image/provenance.json"], (string?)Assert.Single(full.Run.Items("ContainerProvenance"))["Identity"]);
        var statements = Assert.Single(full.Layout.Manifests, m => (string?)m["platform"]!["os"] == "unknown");
        Assert.Equal(2, full.Layout.Read((string)statements["digest"]!)["layers"]!.AsArray().Count);
    }

    private int BaseLayers => full.Tree.Layout("Ground").Image().Layers.Count;

    private IEnumerable<string> Keys(string name) => full.Image.Config[name]!.AsObject().Select(p => p.Key);

    private List<string> TarNames(string file)
    {
        using var stream = File.OpenRead(full.Tree["Full/out/" + file]);
        using var tar = new System.Formats.Tar.TarReader(stream);
        var names = new List<string>();
        while (tar.GetNextEntry() is { } entry) names.Add(entry.Name);
        return names;
    }
}
