namespace MsBuildKit.Sdk.Tests.Shapes;

/// <summary>Several runtime identifiers make one index, and no value is bent on the way.</summary>
public sealed class MultiArchTests(MultiArchTests.Both both) : IClassFixture<MultiArchTests.Both>
{
    [Fact]
    public void Index_HasAnImageAndStatementsForEach()
    {
        Assert.Equal(["linux/amd64", "linux/arm64", "unknown/unknown", "unknown/unknown"],
            both.Layout.Manifests.Select(m => $"{m["platform"]!["os"]}/{m["platform"]!["architecture"]}").Order());
        Assert.Equal("application/vnd.oci.image.index.v1+json", (string?)both.Layout.Index["manifests"]![0]!["mediaType"]);
        Assert.All(new[] { "sbom.linux-amd64.spdx.json", "sbom.linux-arm64.spdx.json", "provenance.linux-amd64.json", "provenance.linux-arm64.json" },
            f => Assert.True(File.Exists(Path.Combine(both.Layout.Directory, f)), f));
    }

    [Theory]
    [InlineData("amd64")]
    [InlineData("arm64")]
    public void Values_WithColonsAndSemicolons_AreWhole(string architecture)
    {
        var image = both.Layout.Image(architecture);
        Assert.Equal(architecture, (string?)image.Configuration["architecture"]);
        Assert.Equal(["ASPNETCORE_URLS=http://+:9000;http://+:9001", "CONNECTION=Server=tcp:db,1433;Password=a%b"], image.Environment);
        Assert.Equal("https://a.example:1/x;y", image.Label("my.url"));
        Assert.Equal("1970-01-01T00:00:00Z", image.Label("org.opencontainers.image.created"));
        Assert.Equal(["--a=b;c", "d:e"], image.Words("Cmd"));
        Assert.Equal(["9000/tcp", "9001/tcp"], image.Config["ExposedPorts"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public void Files_AreThoseOfEachArchitecture()
    {
        var (x64, arm64) = (both.Layout.Image("amd64").Files, both.Layout.Image("arm64").Files);
        Assert.Equal(x64.Keys, arm64.Keys);
        Assert.NotEqual(x64["/app/App"].Sha256, arm64["/app/App"].Sha256);
        Assert.Contains("/app/wwwroot/site.css.br", x64.Keys);
    }

    [Fact]
    public void Names_AreOfTheWhole()
    {
        Assert.Equal(["docker.io/library/app:1.0", "docker.io/library/app:2.0"], both.First.Items("ContainerImage").Select(i => (string?)i["Identity"]));
        Assert.Equal(both.Layout.Digest, both.First.Property("GeneratedContainerDigest"));
        Assert.Equal(2, both.First.Items("ContainerSbom").Count);
    }

    [Fact]
    public void Build_OfNothingNew_ChangesNothingAndAnswersTheSame()
    {
        Assert.True(both.Second.SaysNothingChanged, both.Second.Output);
        Assert.Equal(both.First.Answers, both.Second.Answers);
    }

    public sealed class Both(SdkPackage sdk) : IAsyncLifetime
    {
        private readonly ProjectTree _tree = new(sdk);

        public LayoutView Layout => _tree.Layout("App");

        public BuildRun First { get; private set; } = null!;

        public BuildRun Second { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _tree.Web("App", p => p.Properties("ContainerRuntimeIdentifiers=linux-x64;linux-arm64", "ContainerImageTags=1.0;2.0")
                .Item("ContainerEnvironmentVariable", "ASPNETCORE_URLS", ("Value", "http://+:9000;http://+:9001"))
                .Item("ContainerEnvironmentVariable", "CONNECTION", ("Value", "Server=tcp:db,1433;Password=a%25b"))
                .Item("ContainerLabel", "my.url", ("Value", "https://a.example:1/x;y"))
                .Item("ContainerDefaultArgs", "--a=b%3Bc;d:e"));
            _tree.Write("App/wwwroot/site.css", "body { color: red }");
            First = (await BuildAsync()).Succeeded();
            Second = (await BuildAsync()).Succeeded();
        }

        public ValueTask DisposeAsync()
        {
            _tree.Dispose();
            return default;
        }

        private Task<BuildRun> BuildAsync() =>
            _tree.ContainerBuildAsync("App", "-getProperty:GeneratedContainerDigest,GeneratedContainerManifest", "-getItem:ContainerImage,ContainerSbom,ContainerProvenance,GeneratedContainer");
    }
}
