namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>Properties of which only one value fits into a build: the variants of one project, built in one process.</summary>
public sealed class VariantTests(VariantTests.Variants variants) : IClassFixture<VariantTests.Variants>
{
    [Theory]
    [InlineData("plain", "dotnet /app/App.dll", "")]
    [InlineData("app-command", "/bin/run a b", "c")]
    [InlineData("instruction-none", "", "c")]
    [InlineData("entrypoint", "/init -v", "dotnet /app/App.dll c")]
    [InlineData("entrypoint-args-alone", "dotnet /app/App.dll", "--x")]
    [InlineData("instruction-default-args", "dotnet /ground/Ground.dll", "dotnet /app/App.dll")]
    [InlineData("no-app-host", "dotnet /app/App.dll", "")]
    public void Command_OfAVariant_IsPlacedAsTheSdkDoes(string name, string entrypoint, string arguments)
    {
        var image = Image(name);
        Assert.Equal((entrypoint, arguments), (string.Join(' ', image.Words("Entrypoint")), string.Join(' ', image.Words("Cmd"))));
    }

    [Fact]
    public void Defaults_OfAPlainProject_AreThoseOfTheSdk()
    {
        var image = Image("plain");
        Assert.Equal("/app", (string?)image.Config["WorkingDir"]);
        Assert.Null(image.Config["User"]);
        Assert.Null(image.Config["ExposedPorts"]);
        Assert.Equal("docker.io/library/app:latest", (string?)variants.Run.Layout("plain").Index["manifests"]![0]!["annotations"]!["io.containerd.image.name"]);
        Assert.All(image.Manifest["layers"]!.AsArray(), l => Assert.Equal("application/vnd.oci.image.layer.v1.tar+gzip", (string?)l!["mediaType"]));
        Assert.All(image.Files.Values, f => Assert.Equal("0:0", f.Owner));
        Assert.DoesNotContain(image.Layers.SelectMany(l => l.Entries), e => e.Path == "/");
    }

    [Fact]
    public void AppUid_OfTheBase_IsTheUserAndOwnsTheApplication()
    {
        var image = Image("uid");
        Assert.Equal("1654", (string?)image.Config["User"]);
        Assert.All(image.Files.Values.Where(f => f.Path.StartsWith("/app/", StringComparison.Ordinal)), f => Assert.StartsWith("1654:", f.Owner, StringComparison.Ordinal));
    }

    [Fact]
    public void ContainerUser_OfNumbers_NeedsNoBaseThatKnowsThem()
    {
        Assert.Equal("1000:2000", (string?)Image("numbers").Config["User"]);
        Assert.All(Image("numbers").Files.Values, f => Assert.Equal("1000:2000", f.Owner));
    }

    [Fact]
    public void ContainerUser_OfRoot_WinsOverTheBasesAppUid() => Assert.Equal("0", (string?)Image("uid-root").Config["User"]);

    [Theory]
    [InlineData("urls", "ASPNETCORE_URLS", "9000/tcp 9001/tcp")]
    [InlineData("http-ports", "ASPNETCORE_HTTP_PORTS", "8080/tcp 8081/tcp")]
    public void Ports_OfTheEnvironment_AreExposed(string name, string variable, string ports)
    {
        Assert.Contains(Image(name).Environment, e => e.StartsWith(variable + "=", StringComparison.Ordinal));
        Assert.Equal(ports, string.Join(' ', Image(name).Config["ExposedPorts"]!.AsObject().Select(p => p.Key)));
    }

    [Fact]
    public void ContainerGenerateLabels_Off_KeepsTheUsersOwn()
    {
        Assert.Equal(["mine"], Image("labels-off").Config["Labels"]!.AsObject().Select(p => p.Key));
        Assert.Equal("a;b:c", Image("labels-off").Label("mine"));
    }

    [Fact]
    public void ContainerGenerateLabelsImageCreated_Off_LeavesItOut()
    {
        Assert.Null(Image("label-created").Label("org.opencontainers.image.created"));
        Assert.Null(Image("label-created").Label("org.opencontainers.artifact.created"));
        Assert.NotNull(Image("label-created").Label("org.opencontainers.image.version"));
    }

    [Fact]
    public void ContainerImageFormat_Docker_SpeaksDockersMediaTypes()
    {
        var manifest = Image("docker").Manifest;
        Assert.Equal("application/vnd.docker.distribution.manifest.v2+json", (string?)manifest["mediaType"]);
        Assert.Equal("application/vnd.docker.container.image.v1+json", (string?)manifest["config"]!["mediaType"]);
        Assert.All(manifest["layers"]!.AsArray(), l => Assert.Equal("application/vnd.docker.image.rootfs.diff.tar.gzip", (string?)l!["mediaType"]));
    }

    [Fact]
    public void ContainerCompression_None_LeavesLayersPlain() =>
        Assert.All(Image("uncompressed").Manifest["layers"]!.AsArray(), l => Assert.Equal("application/vnd.oci.image.layer.v1.tar", (string?)l!["mediaType"]));

    [Fact]
    public void ContainerCompressionLevel_ChangesTheSizeOnly()
    {
        Assert.True(Size("level-9") < Size("level-1"), $"{Size("level-9")} < {Size("level-1")}");
        Assert.Equal(Image("level-1").Configuration["rootfs"]!.ToJsonString(), Image("level-9").Configuration["rootfs"]!.ToJsonString());
    }

    [Fact]
    public void ContainerSbomAndProvenance_Off_LeaveAManifestOnly()
    {
        var layout = variants.Run.Layout("bare");
        Assert.Equal("application/vnd.oci.image.manifest.v1+json", (string?)layout.Index["manifests"]![0]!["mediaType"]);
        Assert.False(File.Exists(Path.Combine(layout.Directory, "sbom.spdx.json")));
        Assert.False(File.Exists(Path.Combine(layout.Directory, "provenance.json")));
    }

    [Fact]
    public void ContainerArchiveOutputPath_OfAFolder_GetsAFileOfTheRepositorysName() => Assert.True(File.Exists(variants.Path("App/bin/archives/team-app.tar.gz")));

    [Fact]
    public void ContainerArchiveOutputPath_WinsOverARegistry()
    {
        Assert.Empty(variants.Run.ErrorCodes("archive-wins"));
        Assert.True(File.Exists(variants.Path("App/bin/wins.tar")));
        Assert.Equal("127.0.0.1:1/app:latest", (string?)variants.Run.Layout("archive-wins").Index["manifests"]![0]!["annotations"]!["io.containerd.image.name"]);
    }

    private ImageView Image(string name)
    {
        Assert.Empty(variants.Run.Errors(name).Select(e => e.Text));
        return variants.Run.Layout(name).Image();
    }

    private long Size(string name) => Image(name).Manifest["layers"]!.AsArray().Sum(l => (long)l!["size"]!);

    public sealed class Variants(SdkPackage sdk) : IAsyncLifetime
    {
        private readonly ProjectTree _tree = new(sdk);

        public CaseRun Run { get; private set; } = null!;

        public string Path(string relative) => _tree[relative];

        public async ValueTask InitializeAsync()
        {
            var ground = await BaseLayout.BuildAsync(_tree);
            var draft = new ProjectDraft(null);
            _tree.Console("App", p => Fill(draft = p, ground));
            Run = await _tree.RunCasesAsync("App", "ContainerBuild", draft.Cases);
        }

        public ValueTask DisposeAsync()
        {
            _tree.Dispose();
            return default;
        }

        private static void Fill(ProjectDraft p, string ground) => p
            .Case("plain", _ => { })
            .Case("app-command", c => c.Item("ContainerAppCommand", "/bin/run").Item("ContainerAppCommandArgs", "a;b").Item("ContainerDefaultArgs", "c"))
            .Case("instruction-none", c => c.Property("ContainerAppCommandInstruction", "None").Item("ContainerDefaultArgs", "c"))
            .Case("entrypoint", c => c.Item("ContainerEntrypoint", "/init").Item("ContainerEntrypointArgs", "-v").Item("ContainerDefaultArgs", "c"))
            .Case("entrypoint-args-alone", c => c.Item("ContainerEntrypointArgs", "--x"))
            .Case("instruction-default-args", c => c.Properties($"ContainerBaseImage={ground}", "ContainerAppCommandInstruction=DefaultArgs"))
            .Case("no-app-host", c => c.Property("UseAppHost", "false"))
            .Case("uid-base", c => c.Item("ContainerEnvironmentVariable", "APP_UID", ("Value", "1654")))
            .Case("uid", c => c.Properties("ContainerBaseImage=oci-layout:bin/cases/uid-base", "ContainerWorkingDirectory=/app/"))
            .Case("uid-root", c => c.Properties("ContainerBaseImage=oci-layout:bin/cases/uid-base", "ContainerUser=0"))
            .Case("numbers", c => c.Property("ContainerUser", "1000:2000"))
            .Case("urls", c => c.Item("ContainerEnvironmentVariable", "ASPNETCORE_URLS", ("Value", "http://+:9000;http://+:9001")).Item("ContainerEnvironmentVariable", "ASPNETCORE_HTTP_PORTS", ("Value", "1")))
            .Case("http-ports", c => c.Item("ContainerEnvironmentVariable", "ASPNETCORE_HTTP_PORTS", ("Value", "8080")).Item("ContainerEnvironmentVariable", "ASPNETCORE_HTTPS_PORTS", ("Value", "8081")))
            .Case("labels-off", c => c.Property("ContainerGenerateLabels", "false").Item("ContainerLabel", "mine", ("Value", "a;b:c")))
            .Case("label-created", c => c.Property("ContainerGenerateLabelsImageCreated", "false"))
            .Case("docker", c => c.Property("ContainerImageFormat", "Docker"))
            .Case("uncompressed", c => c.Property("ContainerCompression", "none"))
            .Case("level-1", c => c.Property("ContainerCompressionLevel", "1"))
            .Case("level-9", c => c.Property("ContainerCompressionLevel", "9"))
            .Case("bare", c => c.Properties("ContainerSbom=false", "ContainerProvenance=false"))
            .Case("archive-wins", c => c.Properties("ContainerArchiveOutputPath=bin/wins.tar", "ContainerRegistry=127.0.0.1:1"))
            .Case("archive-folder", c => c.Properties("ContainerArchiveOutputPath=bin/archives/", "ContainerRepository=team/app"));
    }
}
