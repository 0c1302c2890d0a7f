namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>What is wrong with a project is told before anything is made: with a code, all at once, and where it was written.</summary>
public sealed class FaultTests(FaultTests.Faults faults) : IClassFixture<FaultTests.Faults>
{
    [Fact]
    public void ContainerBuild_WithEveryPropertyWrong_TellsAllFaultsAtOnce() => Assert.Equal(
        [
            "MBK1001", "MBK1002", "MBK1003", "MBK1004", "MBK1005", "MBK1006", "MBK1007", "MBK1008", "MBK1009", "MBK1010", "MBK1011", "MBK1012",
            "MBK1013", "MBK1014", "MBK1015", "MBK1016", "MBK1020",
        ],
        faults.Run.ErrorCodes("all").Distinct().Order());

    [Fact]
    public void ContainerBuild_WithAFault_PointsAtTheProject()
    {
        Assert.All(faults.Run.Errors("all"), e => Assert.EndsWith("App.csproj", e.File, StringComparison.Ordinal));
        Assert.Contains(faults.Run.Errors("all"), e => e.Text.StartsWith("ContainerPort: '99999/tcp'", StringComparison.Ordinal));
        Assert.Contains(faults.Run.Errors("all"), e => e.Text.StartsWith("ContainerPort: '80/tpc'", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("both-tags", "MBK1003")]
    [InlineData("base-path", "MBK1004")]
    [InlineData("packages-alone", "MBK1004")]
    [InlineData("distribution", "MBK1004")]
    [InlineData("user-number", "MBK1006")]
    [InlineData("level", "MBK1011")]
    [InlineData("file-mode", "MBK1012")]
    [InlineData("file-target", "MBK1012")]
    [InlineData("output-without-path", "MBK1014")]
    [InlineData("local-registry", "MBK1014")]
    [InlineData("link", "MBK1017")]
    [InlineData("rid", "MBK1019")]
    [InlineData("path", "MBK1022")]
    [InlineData("base-tag", "MBK1202")]
    [InlineData("base-registry", "MBK1401")]
    [InlineData("entrypoints", "MBK1901")]
    [InlineData("twice", "MBK1902")]
    [InlineData("unknown-user", "MBK2004")]
    [InlineData("docker-zstd", "MBK2201")]
    [InlineData("no-engine", "MBK2203")]
    [InlineData("builder-gone", "MBK2601")]
    [InlineData("builder", "MBK2610")]
    [InlineData("builder-without", "MBK2611")]
    public void ContainerBuild_WithAFault_HasItsCode(string name, string code)
    {
        var error = Assert.Single(faults.Run.Errors(name));
        Assert.Equal((code, true), (error.Code, error.Text.Length > 20));
    }

    [Fact]
    public void ContainerBuild_WithAFault_LeavesNothing() =>
        Assert.False(File.Exists(Path.Combine(faults.Run.Layout("all").Directory, "index.json")));

    [Fact]
    public void ContainerImageName_IsTakenWithAWarning()
    {
        Assert.Equal("MBK1025", Assert.Single(faults.Run.Warnings("image-name")).Code);
        Assert.Empty(faults.Run.ErrorCodes("image-name"));
        Assert.EndsWith("/old:latest", (string?)faults.Run.Layout("image-name").Index["manifests"]![0]!["annotations"]!["io.containerd.image.name"], StringComparison.Ordinal);
    }

    [Fact]
    public void ContainerBuild_OverABasesOwnEntrypoint_Warns() => Assert.Equal("MBK1903", Assert.Single(faults.Run.Warnings("entrypoint-of-base")).Code);

    [Fact]
    public void ALinkBesideItsTarget_IsTheFileItLeadsTo()
    {
        Assert.Empty(faults.Run.ErrorCodes("link-inside"));
        var files = faults.Run.Layout("link-inside").Image().Files;
        Assert.Equal(files["/app/real.txt"].Sha256, files["/app/alias.txt"].Sha256);
    }

    public sealed class Faults(SdkPackage sdk) : IAsyncLifetime
    {
        private readonly ProjectTree _tree = new(sdk);

        public CaseRun Run { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _tree.Write("secret.txt", "of the host");
            _tree.Write("App/real.txt", "text");
            File.CreateSymbolicLink(_tree["App/outside.txt"], "../secret.txt");
            File.CreateSymbolicLink(_tree["App/alias.txt"], "real.txt");
            var ground = await BaseLayout.BuildAsync(_tree);
            var draft = new ProjectDraft(null);
            _tree.Console("App", p => Fill(draft = p, ground));
            Run = await _tree.RunCasesAsync("App", "ContainerBuild", draft.Cases, ("PATH", _tree.Root));
        }

        public ValueTask DisposeAsync()
        {
            _tree.Dispose();
            return default;
        }

        private static void Fill(ProjectDraft p, string ground) => p
            .Case("all", c => c
                .Properties("ContainerRepository=***", "ContainerRegistry=http://x/y", "ContainerImageTag=.bad", "ContainerBaseImage=:::", "ContainerWorkingDirectory=srv/x", "ContainerUser=a b")
                .Properties("ContainerAppCommandInstruction=Run", "ContainerImageFormat=Zip", "ContainerCompression=lzma", "ContainerStopSignal=HUP")
                .Item("ContainerPort", "99999").Item("ContainerPort", "80", ("Type", "tpc")).Item("ContainerEnvironmentVariable", "1x", ("Value", "v")).Item("ContainerVolume", "data")
                .Item("ContainerFile", "missing.txt", ("TargetPath", "/x")).Item("ContainerHealthcheck", "true", ("Interval", "soon")).Item("ContainerOutput", "floppy")
                .Item("ContainerLabel", "a b", ("Value", "v")).Item("ContainerAnnotation", "c d", ("Value", "v")))
            .Case("both-tags", c => c.Properties("ContainerImageTag=a", "ContainerImageTags=b;c"))
            .Case("base-path", c => c.Property("ContainerBaseImage", "oci-layout:nowhere"))
            .Case("packages-alone", c => c.Item("ContainerPackage", "libc6"))
            .Case("distribution", c => c.Property("ContainerBaseDistribution", "debian"))
            .Case("user-number", c => c.Property("ContainerUser", "4294967295"))
            .Case("level", c => c.Property("ContainerCompressionLevel", "10"))
            .Case("file-mode", c => c.Item("ContainerFile", "real.txt", ("TargetPath", "/x"), ("Mode", "rw")))
            .Case("file-target", c => c.Item("ContainerFile", "real.txt", ("TargetPath", "/a/../../x")))
            .Case("output-without-path", c => c.Item("ContainerOutput", "oci-archive"))
            .Case("local-registry", c => c.Property("LocalRegistry", "Rkt"))
            .Case("link", c => c.Item("Content", "outside.txt", ("CopyToPublishDirectory", "Always")))
            .Case("link-inside", c => c.Item("Content", "real.txt;alias.txt", ("CopyToPublishDirectory", "Always")))
            .Case("rid", c => c.Property("ContainerRuntimeIdentifier", "osx-x64"))
            .Case("path", c => c.Xml("""<Target Name="Stray" BeforeTargets="_MsBuildKitCollectFiles"><ItemGroup><ResolvedFileToPublish Include="real.txt" RelativePath="../../x" /></ItemGroup></Target>"""))
            .Case("base-tag", c => c.Property("ContainerBaseImage", ground + ":nope"))
            .Case("base-registry", c => c.Property("ContainerBaseImage", "127.0.0.1:1/x:1"))
            .Case("entrypoints", c => c.Properties("ContainerAppCommandInstruction=Entrypoint").Item("ContainerEntrypoint", "/init"))
            .Case("entrypoint-of-base", c => c.Property("ContainerBaseImage", ground))
            .Case("twice", c => c.Item("ContainerFile", "real.txt", ("TargetPath", "/x")).Item("ContainerFile", "../secret.txt", ("TargetPath", "/x")))
            .Case("unknown-user", c => c.Properties("ContainerUser=stranger", $"ContainerBaseImage={ground}", "ContainerAppCommandInstruction=None"))
            .Case("docker-zstd", c => c.Properties("ContainerImageFormat=Docker", "ContainerCompression=zstd"))
            .Case("no-engine", c => c.Property("LocalRegistry", "Docker"))
            // The package's own tool says so.
            .Case("builder-gone", c => c.Properties("ContainerBuilder=BuildKit", "ContainerBuilderEndpoint=unix:///nowhere/at.all"))
            .Case("builder", c => c.Property("ContainerBuilder", "Docker"))
            .Case("builder-without", c => c.Property("ContainerBuilder", "BuildKit"))
            .Case("image-name", c => c.Property("ContainerImageName", "old"));
    }
}
