namespace MsBuildKit.Sdk.Tests.OptIn;

/// <summary>Every way in which a project can opt in, with the packed SDK and in place: each makes the image, and none makes MSBuild warn.</summary>
public sealed class RouteTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk, isOptedIn: false);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public Task Publish_ProjectSdkAttribute_MakesTheImage()
    {
        _tree.Write("App/App.csproj", new ProjectDraft($"Microsoft.NET.Sdk.Web;MsBuildKit.Sdk/{sdk.Version}").ToString());
        return PublishesAsync();
    }

    [Fact]
    public Task Publish_SdkElementWithVersion_MakesTheImage()
    {
        _tree.Web("App", p => p.Xml($"""<Sdk Name="MsBuildKit.Sdk" Version="{sdk.Version}" />"""));
        return PublishesAsync();
    }

    [Fact]
    public Task Publish_SdkElementWithGlobalJson_MakesTheImage()
    {
        _tree.Write("global.json", $$"""{ "msbuild-sdks": { "MsBuildKit.Sdk": "{{sdk.Version}}" } }""");
        _tree.Web("App", p => p.Xml("""<Sdk Name="MsBuildKit.Sdk" />"""));
        return PublishesAsync();
    }

    [Fact]
    public Task Publish_DirectoryBuildPropsAlone_MakesTheImage()
    {
        WriteDirectoryBuild("props", $"""<Import Project="Sdk.props" Sdk="MsBuildKit.Sdk" Version="{sdk.Version}" />""");
        return PublishesAsync();
    }

    [Fact]
    public Task Publish_DirectoryBuildPropsAndTargets_MakesTheImage()
    {
        WriteDirectoryBuild("props", $"""<Import Project="Sdk.props" Sdk="MsBuildKit.Sdk" Version="{sdk.Version}" />""");
        WriteDirectoryBuild("targets", $"""<Import Project="Sdk.targets" Sdk="MsBuildKit.Sdk" Version="{sdk.Version}" />""");
        return PublishesAsync();
    }

    [Fact]
    public Task Publish_PackageReference_MakesTheImage()
    {
        _tree.Web("App", p => p.Item("PackageReference", "MsBuildKit.Sdk", ("Version", sdk.Version), ("PrivateAssets", "all")));
        return PublishesAsync();
    }

    // Two doors of one kind would be one file imported twice, of which MSBuild warns rightly; these are different.
    [Fact]
    public Task Publish_SeveralRoutesAtOnce_MakesTheImage()
    {
        WriteDirectoryBuild("props", $"""<Import Project="Sdk.props" Sdk="MsBuildKit.Sdk" Version="{sdk.Version}" />""");
        _tree.Web("App", p => p.Item("PackageReference", "MsBuildKit.Sdk", ("Version", sdk.Version)));
        return PublishesAsync();
    }

    [Fact]
    public Task Publish_InPlace_BuildsTheTasksAndMakesTheImage()
    {
        WriteDirectoryBuild("props", $"""<Import Project="{SdkPackage.RepositoryRoot}/Sdk.props" />""");
        return PublishesAsync();
    }

    [Fact]
    public async Task Publish_FileBasedApp_MakesTheImage()
    {
        _tree.Write("app.cs", $"""
            #:sdk Microsoft.NET.Sdk
            #:sdk MsBuildKit.Sdk@{sdk.Version}
            #:property PublishAot=false
            Console.WriteLine("hello");
            """);

        var run = (await _tree.ContainerBuildAsync("app.cs", "-getItem:ContainerImage")).Succeeded();

        Assert.Empty(run.Warnings);
        var image = Assert.Single(run.Items("ContainerImage"));
        Assert.Contains("app.dll", new LayoutView((string)image["LayoutDirectory"]!).Image().Below("/app"));
    }

    private async Task PublishesAsync()
    {
        if (!File.Exists(_tree["App/App.csproj"])) _tree.Web("App");
        _tree.Write("App/Program.cs", "WebApplication.CreateBuilder(args).Build().Run();");

        var run = (await _tree.ContainerBuildAsync("App", "-check")).Succeeded();

        Assert.Empty(run.Warnings.Select(w => $"{w.Code} {w.Text}"));
        Assert.StartsWith("App -> ", run.Summary, StringComparison.Ordinal);
        Assert.Contains("App.dll", _tree.Layout("App").Image().Below("/app"));
        Assert.DoesNotContain("BC0", run.Output, StringComparison.Ordinal);
    }

    // The project's own files stand beside; only the opt-in is new.
    private void WriteDirectoryBuild(string kind, string import)
    {
        var path = _tree[$"Directory.Build.{kind}"];
        File.WriteAllText(path, kind == "props" ? File.ReadAllText(path).Replace("<Project>", $"<Project>{import}", StringComparison.Ordinal) : $"<Project>{import}</Project>");
    }
}
