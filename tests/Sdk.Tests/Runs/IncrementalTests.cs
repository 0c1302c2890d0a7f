namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>Building again: nothing when nothing changed, and all that must be when something did, whatever it was.</summary>
public sealed class IncrementalTests(IncrementalTests.App app) : IClassFixture<IncrementalTests.App>
{
    [Fact]
    public async Task Build_OfNothingNew_ChangesNothingAndAnswersTheSame()
    {
        await app.ResetAsync();

        var run = await app.BuildAsync();

        Assert.True(run.SaysNothingChanged, run.Output);
        Assert.Equal(app.First.Answers, run.Answers);
    }

    [Theory]
    [InlineData("index.json")]
    [InlineData("sbom.spdx.json")]
    [InlineData("provenance.json")]
    [InlineData("oci-layout")]
    public async Task Build_WithoutAFileOfTheLayout_MakesItAgain(string file)
    {
        await app.ResetAsync();
        File.Delete(Path.Combine(app.Layout.Directory, file));

        var run = await app.BuildAsync();

        Assert.False(run.SaysNothingChanged);
        Assert.True(File.Exists(Path.Combine(app.Layout.Directory, file)));
        Assert.Equal(app.First.Property("GeneratedContainerDigest"), run.Property("GeneratedContainerDigest"));
    }

    [Fact]
    public async Task Build_WithoutABlobOfTheLayout_MakesItAgain()
    {
        await app.BuildAsync();
        var blob = app.Layout.BlobPath((string)app.Layout.Image().Manifest["layers"]![0]!["digest"]!);
        File.Delete(blob);

        Assert.False((await app.BuildAsync()).SaysNothingChanged);
        Assert.True(File.Exists(blob));
    }

    [Fact]
    public async Task Build_AfterTheArchiveWasEdited_WritesItAgain()
    {
        await app.BuildAsync();
        var archive = app.Tree["App/image.tar"];
        var whole = File.ReadAllBytes(archive);
        File.AppendAllText(archive, "x");

        Assert.False((await app.BuildAsync()).SaysNothingChanged);
        Assert.Equal(whole, File.ReadAllBytes(archive));
    }

    [Fact]
    public async Task Build_WithAnotherProperty_IsAnotherImage()
    {
        await app.BuildAsync();

        var run = await app.BuildAsync("-p:ContainerStopSignal=SIGINT");

        Assert.False(run.SaysNothingChanged);
        Assert.Equal("SIGINT", (string?)app.Layout.Image().Config["StopSignal"]);
    }

    [Fact]
    public async Task Build_WithOtherContentOfTheSameSizeAndTime_IsAnotherImage()
    {
        await app.BuildAsync();
        var path = app.Tree["App/data.txt"];
        var (time, text) = (File.GetLastWriteTimeUtc(path), File.ReadAllText(path));
        File.WriteAllText(path, new string([.. text.Reverse()]));
        File.SetLastWriteTimeUtc(path, time);

        Assert.False((await app.BuildAsync()).SaysNothingChanged);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path))), app.Layout.Image().Files["/app/data.txt"].Sha256);
    }

    [Fact]
    public async Task Build_AfterOneLineChanged_MakesTheApplicationsLayerOnly()
    {
        await app.BuildAsync();
        var before = app.Layout.Image().Layers.Select(l => l.Digest).ToList();
        app.Tree.Write("App/Program.cs", $"Console.WriteLine(typeof(Newtonsoft.Json.JsonConvert)); // {Guid.NewGuid()}\nConsole.WriteLine(LibraryType.Name + \"{Guid.NewGuid()}\");");

        var run = await app.BuildAsync();

        var after = app.Layout.Image().Layers.Select(l => l.Digest).ToList();
        Assert.Contains("2 layers reused, 1 new", run.Summary, StringComparison.Ordinal);
        Assert.Equal(before[..2], after[..2]);
        Assert.NotEqual(before[2], after[2]);
    }

    [Fact]
    public async Task Build_WithANewBaseBehindTheSameName_StandsOnIt()
    {
        var ground = await Image.BaseLayout.BuildAsync(app.Tree);
        await app.BuildAsync($"-p:ContainerBaseImage={ground}");
        await Image.BaseLayout.BuildAsync(app.Tree, p => p.Item("ContainerEnvironmentVariable", "MOVED", ("Value", "1")));

        Assert.False((await app.BuildAsync($"-p:ContainerBaseImage={ground}")).SaysNothingChanged);
        Assert.Contains("MOVED=1", app.Layout.Image().Environment);
    }

    [Fact]
    public async Task Build_IntoAFreshTree_HasTheSameDigest()
    {
        using var other = new ProjectTree(app.Sdk, below: "elsewhere");
        App.Fill(other);
        await app.ResetAsync();
        var here = await app.BuildAsync("-p:ContinuousIntegrationBuild=true", $"-p:PathMap={app.Tree.Root}=/src");

        var there = (await other.ContainerBuildAsync("App", "-getProperty:GeneratedContainerDigest", "-p:ContinuousIntegrationBuild=true", $"-p:PathMap={other.Root}=/src")).Succeeded();

        Assert.Equal(here.Property("GeneratedContainerDigest"), there.Property("GeneratedContainerDigest"));
    }

    public sealed class App(SdkPackage sdk) : IAsyncLifetime
    {
        public const string Program = "Console.WriteLine(typeof(Newtonsoft.Json.JsonConvert)); Console.WriteLine(LibraryType.Name);";
        public const string Data = "some text";

        public SdkPackage Sdk => sdk;

        public ProjectTree Tree { get; } = new(sdk);

        public BuildRun First { get; private set; } = null!;

        public LayoutView Layout => Tree.Layout("App");

        public static void Fill(ProjectTree tree)
        {
            tree.Library("Library").Console("App", p => p.Property("ContainerArchiveOutputPath", "image.tar")
                .Item("ProjectReference", "../Library/Library.csproj")
                .Item("PackageReference", "Newtonsoft.Json", ("Version", "13.*"))
                .Item("Content", "data.txt", ("CopyToPublishDirectory", "Always")), Program);
            tree.Write("App/data.txt", Data);
        }

        public async ValueTask InitializeAsync()
        {
            Fill(Tree);
            First = await BuildAsync();
        }

        public async Task<BuildRun> BuildAsync(params string[] arguments) => (await Tree.ContainerBuildAsync(
            "App",
            ["-getProperty:GeneratedContainerDigest,GeneratedContainerManifest,GeneratedContainerConfiguration,GeneratedContainerMediaType,GeneratedArchiveOutputPath",
                "-getItem:ContainerImage,ContainerSbom,ContainerProvenance,GeneratedContainer,GeneratedContainerName", .. arguments])).Succeeded();

        /// <summary>Builds the sources as they were first, whatever other tests made of them.</summary>
        public Task<BuildRun> ResetAsync()
        {
            Tree.Write("App/Program.cs", Program);
            Tree.Write("App/data.txt", Data);
            return BuildAsync();
        }

        public ValueTask DisposeAsync()
        {
            Tree.Dispose();
            return default;
        }
    }
}
