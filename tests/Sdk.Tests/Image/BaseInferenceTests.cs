namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>A project that names no base gets the one that the .NET SDK would choose.</summary>
public sealed class BaseInferenceTests(BaseInferenceTests.Table table) : IClassFixture<BaseInferenceTests.Table>
{
    private const string Mcr = "mcr.microsoft.com/dotnet/";

    [Theory]
    [InlineData("web", Mcr + "aspnet:10.0")]
    [InlineData("console", Mcr + "runtime:10.0")]
    [InlineData("self-contained", Mcr + "runtime-deps:10.0")]
    [InlineData("trimmed-invariant", Mcr + "runtime-deps:10.0-noble-chiseled")]
    [InlineData("aot", Mcr + "runtime-deps:10.0-noble-chiseled-extra")]
    [InlineData("aot-invariant", Mcr + "runtime-deps:10.0-noble-chiseled")]
    [InlineData("musl", Mcr + "runtime:10.0-alpine")]
    [InlineData("musl-aot", Mcr + "runtime-deps:10.0-alpine-extra")]
    [InlineData("family", Mcr + "runtime:10.0-noble-chiseled-extra")]
    [InlineData("family-invariant", Mcr + "runtime:10.0-noble-chiseled")]
    [InlineData("net8", Mcr + "runtime:8.0")]
    [InlineData("own", "registry.example/own:1")]
    public void InferBase_OfAProject_IsTheSdksChoice(string name, string expected) => Assert.Equal(expected, table.Base(name));

    public sealed class Table(SdkPackage sdk) : IAsyncLifetime
    {
        private readonly ProjectTree _tree = new(sdk);
        private CaseRun? _console, _web;

        public string Base(string name) => (name == "web" ? _web : _console)!.Report(name);

        public async ValueTask InitializeAsync()
        {
            var report = ProjectTree.Report("$(ContainerBaseImage)", "_MsBuildKitSetDefaults;_MsBuildKitInferBase");
            var draft = new ProjectDraft(null);
            _tree.Console("Console", p => Fill(draft = p.Property("ContainerBaseImage", "").Xml(report)));
            _tree.Write("Web/Web.csproj", new ProjectDraft("Microsoft.NET.Sdk.Web").Property("ContainerBaseImage", "").Xml(report).ToString());
            _console = await _tree.RunCasesAsync("Console", "Report", draft.Cases);
            _web = await _tree.RunCasesAsync("Web", "Report", ["web"]);
        }

        public ValueTask DisposeAsync()
        {
            _tree.Dispose();
            return default;
        }

        private static void Fill(ProjectDraft p) => p
            .Case("console", _ => { })
            .Case("self-contained", c => c.Properties("RuntimeIdentifier=linux-x64", "SelfContained=true"))
            .Case("trimmed-invariant", c => c.Properties("RuntimeIdentifier=linux-x64", "SelfContained=true", "PublishTrimmed=true", "InvariantGlobalization=true"))
            .Case("aot", c => c.Properties("RuntimeIdentifier=linux-x64", "PublishAot=true"))
            .Case("aot-invariant", c => c.Properties("RuntimeIdentifier=linux-x64", "PublishAot=true", "InvariantGlobalization=true"))
            .Case("musl", c => c.Properties("RuntimeIdentifier=linux-musl-x64", "SelfContained=false"))
            .Case("musl-aot", c => c.Properties("RuntimeIdentifier=linux-musl-x64", "PublishAot=true"))
            .Case("family", c => c.Property("ContainerFamily", "noble-chiseled"))
            .Case("family-invariant", c => c.Properties("ContainerFamily=noble-chiseled", "InvariantGlobalization=true"))
            .Case("net8", c => c.Property("TargetFramework", "net8.0"))
            .Case("own", c => c.Properties("ContainerBaseImage=registry.example/own:1", "ContainerFamily=alpine"));
    }
}
