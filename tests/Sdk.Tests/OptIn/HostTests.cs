namespace MsBuildKit.Sdk.Tests.OptIn;

/// <summary>Whoever else runs or extends the build: editors, older MSBuild, Visual Studio's container tools.</summary>
public sealed class HostTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task DesignTimeBuild_OfAnOptedInProject_RunsNothingOfOurs()
    {
        _tree.Web("App", p => p.Property("ContainerBuildOnPublish", "true"));
        (await _tree.RunAsync("restore", "App")).Succeeded();

        var run = (await _tree.RunAsync("msbuild", "App",
            "-t:ResolveAssemblyReferencesDesignTime;ResolveProjectReferencesDesignTime;ResolvePackageDependenciesDesignTime;Compile",
            "-p:DesignTimeBuild=true", "-p:BuildingInsideVisualStudio=true", "-p:BuildingProject=false", "-p:SkipCompilerExecution=true", "-p:ProvideCommandLineArgs=true")).Succeeded();

        Assert.Empty(run.Warnings);
        Assert.DoesNotContain(run.Targets, t => t.Contains("MsBuildKit", StringComparison.Ordinal) || t.StartsWith("Container", StringComparison.Ordinal));
        Assert.Empty(run.Log.FindChildrenRecursive<Microsoft.Build.Logging.StructuredLogger.Message>(m => m.Text.StartsWith("Assembly loaded", StringComparison.Ordinal) && m.Text.Contains("MsBuildKit", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Build_WithoutPublish_RunsNothingOfOurs()
    {
        _tree.Console("App", p => p.Property("ContainerBuildOnPublish", "true"));

        var run = (await _tree.RunAsync("build", "App")).Succeeded();

        Assert.DoesNotContain(run.Targets, t => t.Contains("MsBuildKit", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Full", "17.14.8", "MBK1026")]
    [InlineData("Full", "18.0.2", null)]
    [InlineData("Core", "17.0.0", null)]
    public async Task ContainerBuild_OnAHost_IsRefusedOnlyWhereTasksCannotRun(string runtime, string version, string? code)
    {
        _tree.Console("App");

        var run = await _tree.RunAsync("msbuild", "App", "-t:_MsBuildKitCheckHost", $"-p:_MsBuildKitRuntimeType={runtime}", $"-p:_MsBuildKitHostVersion={version}");

        Assert.Equal(code is null ? [] : [code], run.ErrorCodes);
    }

    [Fact]
    public async Task ContainerBuild_BesideVisualStudiosContainerTools_IsOursAndSaysSo()
    {
        const string tools = "Microsoft.VisualStudio.Azure.Containers.Tools.Targets";
        sdk.AddPackage(tools, ($"build/{tools}.targets", """<Project><Target Name="ContainerBuild"><Error Text="theirs" /></Target></Project>"""));
        _tree.Console("App", p => p.Item("PackageReference", tools, ("Version", sdk.Version)));

        var run = (await _tree.ContainerBuildAsync("App")).Succeeded();

        Assert.Contains("MBK1027", run.Output, StringComparison.Ordinal);
        Assert.Contains("App.dll", _tree.Layout("App").Image().Below("/app"));
    }

    [Fact]
    public async Task Publish_WithContainerBuildOnPublish_MakesTheImageOnce()
    {
        _tree.Console("App", p => p.Property("ContainerBuildOnPublish", "true"));

        var run = (await _tree.RunAsync("publish", "App")).Succeeded();

        Assert.NotNull(run.Summary);
        Assert.Contains("App.dll", _tree.Layout("App").Image().Below("/app"));
    }

    [Fact]
    public async Task ContainerBuild_OfABuildVerb_PublishesFirst()
    {
        _tree.Console("App");

        (await _tree.RunAsync("build", "App", "-t:ContainerBuild")).Succeeded();

        Assert.Contains("App.dll", _tree.Layout("App", "Debug/net10.0").Image().Below("/app"));
    }
}
