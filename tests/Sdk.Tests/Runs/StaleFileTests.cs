namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>What an earlier publish left in the folder, or somebody put there, is not in the image.</summary>
public sealed class StaleFileTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task Build_AfterAnAssetWasDeleted_HasNeitherItNorItsTwins()
    {
        _tree.Web("App");
        _tree.Write("App/wwwroot/kept.css", "body { color: red }");
        var asset = _tree.Write("App/wwwroot/gone.css", "body { color: blue }");
        (await _tree.ContainerBuildAsync("App")).Succeeded();
        Assert.Contains("wwwroot/gone.css.gz", _tree.Layout("App").Image().Below("/app"));
        File.Delete(asset);

        (await _tree.ContainerBuildAsync("App")).Succeeded();

        Assert.Equal(["wwwroot/kept.css", "wwwroot/kept.css.br", "wwwroot/kept.css.gz"], _tree.Layout("App").Image().Below("/app").Where(p => p.StartsWith("wwwroot/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Build_IntoAFolderOfASelfContainedPublish_HasItsOwnFilesOnly()
    {
        _tree.Console("App");
        string[] same = ["-o", _tree["out"]];
        (await _tree.RunAsync("publish", "App", [.. same, "-r", "linux-x64", "--self-contained"])).Succeeded();
        _tree.Write("out/note.txt", "somebody's");
        Directory.CreateSymbolicLink(_tree["out/etc"], "/etc");

        (await _tree.ContainerBuildAsync("App", same)).Succeeded();

        Assert.True(File.Exists(_tree["out/libcoreclr.so"]));
        Assert.Equal(["App", "App.deps.json", "App.dll", "App.pdb", "App.runtimeconfig.json"], _tree.Layout("App").Image().Below("/app"));
    }
}
