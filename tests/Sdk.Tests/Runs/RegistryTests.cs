namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>Images that come from a registry and go to one.</summary>
public sealed class RegistryTests(SdkPackage sdk, RegistryServer registry) : IClassFixture<RegistryServer>, IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task ContainerBuild_OfSeveralPlatforms_LeavesOnlyTheTagsThatWereAsked()
    {
        _tree.Console("App", p => p.Properties("ContainerRuntimeIdentifiers=linux-x64;linux-arm64", "ContainerRepository=several/app", "ContainerImageTags=1.0;latest"));

        var run = (await BuildAsync("-getItem:ContainerImage", "-getProperty:GeneratedContainerDigest")).Succeeded();

        Assert.Equal(["1.0", "latest"], await registry.TagsAsync("several/app"));
        Assert.Equal(run.Property("GeneratedContainerDigest"), await registry.ResolveAsync("several/app", "1.0"));
        Assert.Equal([$"{registry.Host}/several/app:1.0", $"{registry.Host}/several/app:latest"], run.Items("ContainerImage").Select(i => (string?)i["Identity"]));
    }

    [Fact]
    public async Task ContainerOutput_Registry_IsPushedToBesideTheArchive()
    {
        _tree.Console("App", p => p.Properties("ContainerRepository=beside", "ContainerArchiveOutputPath=app.tar").Item("ContainerOutput", "registry", ("Registry", registry.Host)));

        (await _tree.RunAsync("publish", "App", ["-t:ContainerBuild"], Insecure)).Succeeded();

        Assert.Equal(["latest"], await registry.TagsAsync("beside"));
        Assert.True(File.Exists(_tree["App/app.tar"]));
    }

    [Fact]
    public async Task ContainerBuild_AfterTheTagWasDeleted_PushesItAgain()
    {
        _tree.Console("App", p => p.Property("ContainerRepository", "deleted"));
        (await BuildAsync()).Succeeded();
        Assert.True((await BuildAsync()).SaysNothingChanged);
        await registry.DeleteAsync("deleted", "latest");

        Assert.False((await BuildAsync()).Succeeded().SaysNothingChanged);
        Assert.NotEmpty(await registry.ResolveAsync("deleted", "latest"));
    }

    [Fact]
    public async Task ContainerBuild_AfterTheBasesTagMoved_StandsOnTheNewBase()
    {
        _tree.Console("Ground", p => p.Properties("ContainerRepository=ground", "ContainerImageTag=1", "ContainerWorkingDirectory=/ground"));
        _tree.Console("App", p => p.Properties($"ContainerBaseImage={registry.Host}/ground:1", "ContainerRepository=moved"));
        (await BuildGroundAsync()).Succeeded();
        (await BuildAsync()).Succeeded();
        var first = _tree.Layout("App").Image();
        Assert.Equal($"{registry.Host}/ground:1", first.Label("org.opencontainers.image.base.name"));
        Assert.Equal(await registry.ResolveAsync("ground", "1"), first.Label("org.opencontainers.image.base.digest"));
        Assert.True((await BuildAsync()).SaysNothingChanged);
        _tree.Console("Ground", p => p.Properties("ContainerRepository=ground", "ContainerImageTag=1", "ContainerWorkingDirectory=/ground").Item("ContainerEnvironmentVariable", "MOVED", ("Value", "1")));
        (await BuildGroundAsync()).Succeeded();

        Assert.False((await BuildAsync()).Succeeded().SaysNothingChanged);

        var second = _tree.Layout("App").Image();
        Assert.Contains("MOVED=1", second.Environment);
        Assert.Equal(await registry.ResolveAsync("ground", "1"), second.Label("org.opencontainers.image.base.digest"));
    }

    [Theory]
    [InlineData("BaseName", "org.opencontainers.image.base.name")]
    [InlineData("BaseDigest", "org.opencontainers.image.base.digest")]
    public async Task ContainerGenerateLabelsImageBase_Off_LeavesOutThatLabelOnly(string name, string key)
    {
        _tree.Console("Ground", p => p.Properties("ContainerRepository=labelled", "ContainerWorkingDirectory=/ground"));
        _tree.Console("App", p => p.Properties($"ContainerBaseImage={registry.Host}/labelled", $"ContainerGenerateLabelsImage{name}=false"));
        (await BuildGroundAsync()).Succeeded();

        (await _tree.RunAsync("publish", "App", ["-t:ContainerBuild"], Insecure)).Succeeded();

        var keys = _tree.Layout("App").Image().Config["Labels"]!.AsObject().Select(l => l.Key).Where(k => k.Contains(".base.", StringComparison.Ordinal));
        Assert.Equal(new[] { "org.opencontainers.image.base.digest", "org.opencontainers.image.base.name" }.Except([key]), keys);
    }

    [Fact]
    public async Task ContainerBuild_WithABaseThatIsNotThere_SaysWhich()
    {
        _tree.Console("App", p => p.Property("ContainerBaseImage", $"{registry.Host}/nowhere:1"));

        var error = Assert.Single((await BuildAsync()).Failed().Errors);

        Assert.Equal("MBK1403", error.Code);
        Assert.Contains("nowhere", error.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerPush_OfWhatWasBuilt_DeliversItWithoutBuilding()
    {
        _tree.Console("App", p => p.Properties("ContainerRepository=pushed", "ContainerImageTags=a;b"));
        var built = (await _tree.ContainerBuildAsync("App", "-getProperty:GeneratedContainerDigest")).Succeeded();

        var run = (await _tree.RunAsync("msbuild", "App", ["-t:ContainerPush", "-p:Configuration=Release", $"-p:ContainerRegistry={registry.Host}", "-getItem:ContainerImage"], Insecure)).Succeeded();

        Assert.Equal(["a", "b"], await registry.TagsAsync("pushed"));
        Assert.Equal(built.Property("GeneratedContainerDigest"), await registry.ResolveAsync("pushed", "b"));
        Assert.Equal([$"{registry.Host}/pushed:a", $"{registry.Host}/pushed:b"], run.Items("ContainerImage").Select(i => (string?)i["Identity"]));
        Assert.DoesNotContain(run.Tasks, t => t is "Csc" or "BuildImage");
    }

    [Fact]
    public async Task ContainerPush_WithoutARegistryOrAnImage_SaysWhatIsMissing()
    {
        _tree.Console("App");

        var nowhere = Assert.Single((await _tree.RunAsync("msbuild", "App", "-t:ContainerPush")).Failed().Errors);
        var nothing = Assert.Single((await _tree.RunAsync("msbuild", "App", ["-t:ContainerPush", $"-p:ContainerRegistry={registry.Host}"], Insecure)).Failed().Errors);

        Assert.Equal("MBK1002", nowhere.Code);
        Assert.StartsWith("MBK12", nothing.Code, StringComparison.Ordinal);
    }

    private (string, string?)[] Insecure => [("DOTNET_CONTAINER_INSECURE_REGISTRIES", registry.Host)];

    private Task<BuildRun> BuildAsync(params string[] arguments) => PublishAsync("App", arguments);

    private Task<BuildRun> BuildGroundAsync() => PublishAsync("Ground");

    private Task<BuildRun> PublishAsync(string project, params string[] arguments) =>
        _tree.RunAsync("publish", project, ["-t:ContainerBuild", $"-p:ContainerRegistry={registry.Host}", .. arguments], Insecure);
}
