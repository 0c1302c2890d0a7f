namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>What properties become before any task runs: the aliases of Visual Studio, the defaults, and a switch for each label.</summary>
public sealed class EvaluationTests(EvaluationTests.Table table) : IClassFixture<EvaluationTests.Table>
{
    private const string Base = "org.opencontainers.image.";

    [Theory]
    [InlineData("none", "App||||")]
    [InlineData("aliases", "App|registry.example|v1||")]
    [InlineData("repository", "shop||||")]
    [InlineData("composed", "App||||container.lock.json")]
    [InlineData("composed-own", "App||||own.lock.json")]
    public void Defaults_OfAProject_FollowTheSdk(string name, string expected) => Assert.Equal(expected, table.Defaults(name));

    [Fact]
    public void AutoGenerateImageTag_IsTheTimeInUtc() => Assert.Matches(@"^App\|\|20[0-9]{12}\|\|$", table.Defaults("auto-tag"));

    [Theory]
    [InlineData("Description", Base + "description", "org.opencontainers.artifact.description")]
    [InlineData("Authors", Base + "authors")]
    [InlineData("Url", Base + "url")]
    [InlineData("Documentation", Base + "documentation")]
    [InlineData("Version", Base + "version")]
    [InlineData("Vendor", Base + "vendor")]
    [InlineData("Licenses", Base + "licenses")]
    [InlineData("Title", Base + "title")]
    [InlineData("Source", Base + "source")]
    [InlineData("Revision", Base + "revision")]
    public void ContainerGenerateLabelsImage_Off_LeavesOutThatLabelOnly(string name, params string[] keys) =>
        Assert.Equal(keys.Order(), table.Labels("none").Except(table.Labels(name)).Order());

    [Fact]
    public void ContainerGenerateLabelsDotnetToolset_Off_LeavesOutBoth() =>
        Assert.Equal(["net.dot.runtime.majorminor", "net.dot.sdk.version"], table.Labels("none").Except(table.Labels("Toolset")).Order());

    [Fact]
    public void PublishRepositoryUrl_Unset_TellsNoSource() =>
        Assert.Equal([Base + "revision", Base + "source"], table.Labels("none").Except(table.Labels("private")).Order());

    [Fact]
    public void ContainerLabelProperties_WinOverThoseOfThePackage() => Assert.Equal(
        "a;b;c;d;e;f;g;h", string.Join(';', new[] { "description", "authors", "url", "documentation", "version", "vendor", "licenses", "title" }.Select(n => table.Label("own", Base + n))));

    public sealed class Table(SdkPackage sdk) : IAsyncLifetime
    {
        private static readonly string[] s_switches = ["Description", "Authors", "Url", "Documentation", "Version", "Vendor", "Licenses", "Title", "Source", "Revision"];

        private readonly ProjectTree _tree = new(sdk);
        private CaseRun _run = null!;

        public string Defaults(string name) => _run.Report(name).Split(" # ")[0];

        public IEnumerable<string> Labels(string name) => Pairs(name).Select(p => p.Split('=')[0]);

        public string Label(string name, string key) => Pairs(name).Single(p => p.StartsWith(key + "=", StringComparison.Ordinal))[(key.Length + 1)..];

        public async ValueTask InitializeAsync()
        {
            var draft = new ProjectDraft(null);
            _tree.Console("App", p => Fill(draft = p));
            _run = await _tree.RunCasesAsync("App", "Report", draft.Cases);
        }

        public ValueTask DisposeAsync()
        {
            _tree.Dispose();
            return default;
        }

        private string[] Pairs(string name) => _run.Report(name).Split(" # ")[1].Split('~');

        private static void Fill(ProjectDraft p)
        {
            p.Properties("Description=1", "PackageProjectUrl=2", "PackageLicenseExpression=MIT", "Title=3", "ContainerVendor=4", "PublishRepositoryUrl=true")
                .Properties("PrivateRepositoryUrl=https://git.example/x.git", "SourceRevisionId=abc", "EnableSourceControlManagerQueries=false")
                .Xml(ProjectTree.Report(
                    "$(ContainerRepository)|$(ContainerRegistry)|$(ContainerImageTag)|$(ContainerImageTags)|$(ContainerPackageLockFile) # @(_MsBuildKitLabel->'%(Identity)=%(Value)', '~')",
                    "_MsBuildKitSetDefaults;_MsBuildKitGenerateLabels"))
                .Case("none", _ => { })
                .Case("aliases", c => c.Properties("RegistryUrl=registry.example", "PublishImageTag=v1", "ContainerRegistry=other", "ContainerImageTag=other"))
                .Case("repository", c => c.Property("ContainerRepository", "shop"))
                .Case("auto-tag", c => c.Property("AutoGenerateImageTag", "true"))
                .Case("composed", c => c.Property("ContainerBaseDistribution", "debian/bookworm"))
                .Case("composed-own", c => c.Properties("ContainerBaseDistribution=debian/bookworm", "ContainerPackageLockFile=own.lock.json"))
                .Case("private", c => c.Property("PublishRepositoryUrl", "false"))
                .Case("Toolset", c => c.Property("ContainerGenerateLabelsDotnetToolset", "false"))
                .Case("own", c => c.Properties("ContainerDescription=a", "ContainerAuthors=b", "ContainerInformationUrl=c", "ContainerDocumentationUrl=d", "ContainerVersion=e", "ContainerVendor=f", "ContainerLicenseExpression=g", "ContainerTitle=h"));
            foreach (var name in s_switches) p.Case(name, c => c.Property($"ContainerGenerateLabelsImage{name}", "false"));
        }
    }
}
