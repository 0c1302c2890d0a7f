namespace MsBuildKit.Sdk.Tests.Shapes;

/// <summary>Every way of publishing that the .NET SDK has.</summary>
public sealed class ShapeTests(SdkPackage sdk) : IDisposable
{
    private const string Rid = "linux-x64";

    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task Publish_OfAWebApplication_HasItsAssetsAndTheirTwins()
    {
        _tree.Web("App", p => p.Item("None", "notes.txt", ("CopyToPublishDirectory", "PreserveNewest")));
        _tree.Write("App/notes.txt", "n");
        _tree.Write("App/wwwroot/css/site.css", "body { color: red }");
        _tree.Write("App/appsettings.json", "{}");
        _tree.Write("App/Pages/Index.cshtml", "@page\n<p>hello</p>");
        _tree.Write("App/Pages/Index.cshtml.css", "p { color: red }");

        var image = await Shape.CheckAsync(_tree, "App");

        Assert.Contains("wwwroot/css/site.css.br", image.Below("/app"));
        Assert.Contains("wwwroot/App.styles.css", image.Below("/app"));
        Assert.Contains("appsettings.json", image.Below("/app"));
        Assert.Contains("notes.txt", image.Below("/app"));
        Assert.DoesNotContain("web.config", image.Below("/app"));
    }

    [Fact]
    public async Task Publish_SelfContained_HasTheFrameworkInALayerOfItsOwn()
    {
        _tree.Console("App", p => p.Properties($"RuntimeIdentifier={Rid}", "SelfContained=true"));

        var image = await Shape.CheckAsync(_tree, "App");

        Assert.Equal(2, image.Layers.Count);
        Assert.Contains(image.Layers[0].Entries, e => e.Path == "/app/System.Private.CoreLib.dll");
        Assert.Equal(["/app/App"], image.Words("Entrypoint"));
        Assert.Equal("0755", image.Files["/app/App"].Mode);
        var owners = Shape.Owners(_tree.Layout("App", "Release/net10.0/linux-x64").Sbom);
        Assert.Equal("FRAMEWORK Microsoft.NETCore.App.Runtime.linux-x64", owners["/app/libcoreclr.so"]);
        Assert.Equal("APPLICATION App", owners["/app/App"]);
    }

    [Theory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task Publish_SingleFile_HasTheOneFile(string selfContained)
    {
        _tree.Console("App", p => p.Properties($"RuntimeIdentifier={Rid}", "PublishSingleFile=true", $"SelfContained={selfContained}"));

        var image = await Shape.CheckAsync(_tree, "App");

        Assert.Equal(["App", "App.pdb"], image.Below("/app"));
        Assert.Equal(["/app/App"], image.Words("Entrypoint"));
    }

    [Fact]
    public async Task Publish_ReadyToRun_HasTheCompiledAssemblies()
    {
        _tree.Console("App", p => p.Properties($"RuntimeIdentifier={Rid}", "PublishReadyToRun=true", "SelfContained=false").Item("PackageReference", "Newtonsoft.Json", ("Version", "13.*")));

        await Shape.CheckAsync(_tree, "App");

        var owners = Shape.Owners(_tree.Layout("App", "Release/net10.0/linux-x64").Sbom);
        Assert.Equal("LIBRARY Newtonsoft.Json", owners["/app/Newtonsoft.Json.dll"]);
        Assert.Equal("APPLICATION App", owners["/app/App.dll"]);
    }

    [Fact]
    public async Task Publish_Trimmed_HasWhatIsLeft()
    {
        _tree.Console("App", p => p.Properties($"RuntimeIdentifier={Rid}", "PublishTrimmed=true", "InvariantGlobalization=true"));

        var image = await Shape.CheckAsync(_tree, "App");

        Assert.DoesNotContain("System.Xml.Linq.dll", image.Below("/app"));
        var owners = Shape.Owners(_tree.Layout("App", "Release/net10.0/linux-x64").Sbom);
        Assert.Equal("FRAMEWORK Microsoft.NETCore.App.Runtime.linux-x64", owners["/app/System.Private.CoreLib.dll"]);
    }

    [Fact]
    public async Task Publish_NativeAot_HasTheProgram()
    {
        RealTool.Find("gcc");
        _tree.Console("App", p => p.Properties($"RuntimeIdentifier={Rid}", "PublishAot=true", "InvariantGlobalization=true"));

        var image = await Shape.CheckAsync(_tree, "App");

        Assert.Equal(["App", "App.dbg"], image.Below("/app"));
        Assert.Equal(["/app/App"], image.Words("Entrypoint"));
    }

    [Fact]
    public async Task Publish_WithReferencesOfEveryKind_KnowsWhoseEachFileIs()
    {
        sdk.AddPackage("Test.Native", ("runtimes/linux-x64/native/libtest.so", "native"), ("lib/net10.0/_._", ""));
        _tree.Library("Library", p => p.Item("Content", "of-library.txt", ("CopyToOutputDirectory", "PreserveNewest")));
        _tree.Write("Library/of-library.txt", "l");
        _tree.Write("Library/Text.resx", Resource);
        _tree.Write("Library/Text.de.resx", Resource);
        _tree.Console(
            "App",
            p => p.Properties($"RuntimeIdentifier={Rid}", "SelfContained=false", "GenerateDocumentationFile=true")
                .Item("ProjectReference", "../Library/Library.csproj")
                .Item("PackageReference", "Newtonsoft.Json", ("Version", "13.*"))
                .Item("PackageReference", "Test.Native", ("Version", sdk.Version))
                .Item("Reference", "Local", ("HintPath", typeof(ZstdSharp.Compressor).Assembly.Location))
                .Item("Content", "data.json", ("CopyToPublishDirectory", "Always"))
                .Xml("""<Target Name="Twice" BeforeTargets="ComputeResolvedFilesToPublishList"><ItemGroup><ResolvedFileToPublish Include="data.json" RelativePath="copy/data.json" CopyToPublishDirectory="Always" /></ItemGroup></Target>""")
                .Item("None", "../linked.txt", ("Link", "deep/er/linked.txt"), ("CopyToOutputDirectory", "PreserveNewest")),
            "Console.WriteLine(LibraryType.Name + typeof(ZstdSharp.Compressor) + typeof(Newtonsoft.Json.JsonConvert));");
        _tree.Write("App/Text.resx", Resource);
        _tree.Write("App/Text.fr.resx", Resource);
        _tree.Write("App/data.json", "{}");
        _tree.Write("linked.txt", "x");

        var image = await Shape.CheckAsync(_tree, "App");

        var owners = Shape.Owners(_tree.Layout("App", "Release/net10.0/linux-x64").Sbom);
        Assert.Equal("LIBRARY Library", owners["/app/Library.dll"]);
        Assert.Equal("LIBRARY Library", owners["/app/Library.pdb"]);
        Assert.Equal("LIBRARY Library", owners["/app/de/Library.resources.dll"]);
        Assert.Contains("/app/of-library.txt", owners.Keys);
        Assert.Equal("LIBRARY Newtonsoft.Json", owners["/app/Newtonsoft.Json.dll"]);
        Assert.Equal("LIBRARY Test.Native", owners["/app/libtest.so"]);
        foreach (var own in new[] { "App.dll", "App", "App.pdb", "App.xml", "App.deps.json", "fr/App.resources.dll", "data.json", "copy/data.json", "deep/er/linked.txt", "ZstdSharp.dll" })
            Assert.Equal("APPLICATION App", owners["/app/" + own]);
        Assert.Equal(3, image.Layers.Count);
    }

    private const string Resource = """
        <root>
          <resheader name="resmimetype"><value>text/microsoft-resx</value></resheader>
          <resheader name="version"><value>2.0</value></resheader>
          <resheader name="reader"><value>System.Resources.ResXResourceReader, System.Windows.Forms</value></resheader>
          <resheader name="writer"><value>System.Resources.ResXResourceWriter, System.Windows.Forms</value></resheader>
          <data name="Greeting"><value>hello</value></data>
        </root>
        """;
}
