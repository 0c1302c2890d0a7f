namespace MsBuildKit.Sdk.Tests.OptIn;

/// <summary>A whole solution can be asked: what has no image is passed over, whatever way the build is run.</summary>
public sealed class SolutionTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task ContainerBuild_OfASolution_MakesImagesOfProgramsOnly()
    {
        _tree.Library("Library").Library("Frameworks", p => p.Properties("TargetFramework=", "TargetFrameworks=net10.0;netstandard2.0"))
            .Console("App", p => p.Item("ProjectReference", "../Library/Library.csproj"))
            .Console("Checks", p => p.Property("IsTestProject", "true"))
            .Console("Inner", p => p.Property("IsPublishable", "false"))
            .Console("Off", p => p.Property("EnableMsBuildKit", "false"));
        _tree.Write("Frameworks/Program.cs", "public class Both;");
        _tree.Write("All.slnx", """
            <Solution>
              <Project Path="Library/Library.csproj" /><Project Path="Frameworks/Frameworks.csproj" /><Project Path="App/App.csproj" />
              <Project Path="Checks/Checks.csproj" /><Project Path="Inner/Inner.csproj" /><Project Path="Off/Off.csproj" />
            </Solution>
            """);

        var run = (await _tree.RunAsync("build", "All.slnx", "-t:ContainerBuild", "-c:Release", "-graph")).Succeeded();

        Assert.Empty(run.Warnings);
        Assert.Equal([_tree["App/bin/Release/net10.0/container"]], Directory.GetDirectories(_tree.Root, "container", SearchOption.AllDirectories).Where(d => !d.Contains("/obj/")));
        Assert.Contains("Library.dll", _tree.Layout("App").Image().Below("/app"));
    }

    [Fact]
    public async Task ContainerBuild_OfAProgramForSeveralFrameworks_IsRefusedUntilOneIsChosen()
    {
        _tree.Console("App", p => p.Properties("TargetFramework=", "TargetFrameworks=net10.0;net9.0"));

        var refused = (await _tree.RunAsync("build", "App", "-t:ContainerBuild", "-restore:false")).Failed();

        var error = Assert.Single(refused.Errors);
        Assert.Equal("MBK1028", error.Code);
        Assert.Contains("net10.0;net9.0", error.Text, StringComparison.Ordinal);
        Assert.EndsWith("App.csproj", error.File, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OuterBuild_ThatSomebodyElseExtends_HasTheirTargetsToo()
    {
        _tree.Console("App", p => p.Properties("TargetFramework=", "TargetFrameworks=net10.0;net9.0"));
        _tree.Write("theirs.targets", """<Project><Target Name="Theirs" /></Project>""");
        var props = _tree["Directory.Build.props"];
        File.WriteAllText(props, File.ReadAllText(props).Replace(
            "<Project>", $"<Project><PropertyGroup><CustomAfterMicrosoftCommonCrossTargetingTargets>{_tree["theirs.targets"]}</CustomAfterMicrosoftCommonCrossTargetingTargets></PropertyGroup>", StringComparison.Ordinal));

        (await _tree.RunAsync("msbuild", "App", "-t:Theirs")).Succeeded();
        Assert.Equal(["MBK1028"], (await _tree.RunAsync("msbuild", "App", "-t:ContainerBuild")).Failed().ErrorCodes);
    }

    [Fact]
    public async Task ContainerBuild_OfOneOfSeveralFrameworks_MakesItsImage()
    {
        _tree.Console("App", p => p.Properties("TargetFramework=", "TargetFrameworks=net10.0;netstandard2.0"));

        (await _tree.ContainerBuildAsync("App", "-f", "net10.0")).Succeeded();

        Assert.Contains("App.dll", _tree.Layout("App").Image().Below("/app"));
    }

    [Theory]
    [InlineData("-mt")]
    [InlineData("-m:2")]
    public async Task ContainerBuild_WithASwitchOfMsBuild_MakesTheImageWithoutAWarning(string argument)
    {
        _tree.Console("App");

        var run = (await _tree.ContainerBuildAsync("App", argument)).Succeeded();

        Assert.Empty(run.Warnings);
        Assert.Contains("App.dll", _tree.Layout("App").Image().Below("/app"));
    }

    [Fact]
    public async Task ContainerBuild_OnTheMsBuildServer_WorksTwiceInOneProcess()
    {
        _tree.Console("App");
        // A server of this test's own, for the user may have one running.
        (string, string?)[] server = [("DOTNET_CLI_USE_MSBUILD_SERVER", "1"), ("MSBUILDDISABLENODEREUSE", null), ("TMPDIR", _tree.Root)];
        try
        {
            var first = (await _tree.RunAsync("publish", "App", ["-t:ContainerBuild"], server)).Succeeded();
            _tree.Write("App/Program.cs", "Console.WriteLine(\"changed\");");
            var second = (await _tree.RunAsync("publish", "App", ["-t:ContainerBuild"], server)).Succeeded();

            Assert.NotNull(first.Summary);
            Assert.Contains("1 new", second.Summary, StringComparison.Ordinal);
        }
        finally
        {
            await Command.RunAsync("dotnet", ["build-server", "shutdown", "--msbuild"], _tree.Root, _tree.Environment(server));
        }
    }

    [Fact]
    public async Task ContainerBuild_WithArtifactsOutput_PutsTheLayoutAmongTheArtifacts()
    {
        _tree.Console("App");

        (await _tree.ContainerBuildAsync("App", "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={_tree["artifacts"]}")).Succeeded();

        Assert.Contains("App.dll", new LayoutView(_tree["artifacts/container/App/release"]).Image().Below("/app"));
    }

    [Theory]
    [InlineData("a folder with spaces")]
    [InlineData("é+ü (x86) @~")]
    public async Task ContainerBuild_InAFolderOfAnOddName_MakesTheImage(string name)
    {
        using var tree = new ProjectTree(sdk, below: name);
        tree.Web("App").Write("App/wwwroot/ä b.txt", "text");
        tree.Write("extra file.conf", "x");
        tree.Write("App/App.csproj", new ProjectDraft("Microsoft.NET.Sdk.Web").Item("ContainerFile", "../extra file.conf", ("TargetPath", "/etc/with space/é%2520+.conf")).ToString());

        var run = (await tree.ContainerBuildAsync("App")).Succeeded();

        Assert.Empty(run.Warnings);
        var image = tree.Layout("App").Image();
        Assert.Contains("wwwroot/ä b.txt", image.Below("/app"));
        Assert.Contains("/etc/with space/é%20+.conf", image.Files.Keys);
        Assert.True((await tree.ContainerBuildAsync("App")).SaysNothingChanged);
    }
}
