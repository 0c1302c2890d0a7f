namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>Clean takes what we wrote and nothing else.</summary>
public sealed class CleanTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task Clean_AfterABuild_LeavesOtherPeoplesFiles()
    {
        _tree.Console("App", p => p.Properties("ContainerOutputDirectory=images", "ContainerArchiveOutputPath=archives/app.tar"));
        (await _tree.ContainerBuildAsync("App")).Succeeded();
        var theirs = _tree.Write("App/images/notes.txt", "somebody's");
        var beside = _tree.Write("App/archives/other.tar", "somebody's");

        (await _tree.RunAsync("clean", "App", "-c", "Release")).Succeeded();

        Assert.Equal([theirs], Directory.GetFiles(_tree["App/images"], "*", SearchOption.AllDirectories));
        Assert.Equal([beside], Directory.GetFiles(_tree["App/archives"]));
        Assert.Empty(Directory.Exists(_tree["App/obj/Release/net10.0/container"]) ? Directory.GetFiles(_tree["App/obj/Release/net10.0/container"]) : []);
    }

    [Fact]
    public async Task Clean_OfOurFilesOnly_RemovesTheFolderAndNeedsNoTask()
    {
        _tree.Console("App");
        (await _tree.ContainerBuildAsync("App")).Succeeded();

        var run = (await _tree.RunAsync("clean", "App", "-c", "Release")).Succeeded();

        Assert.False(Directory.Exists(_tree.Layout("App").Directory));
        Assert.Empty(run.Warnings);
        Assert.DoesNotContain("BuildImage", run.Tasks);
        Assert.False((await _tree.ContainerBuildAsync("App")).Succeeded().SaysNothingChanged);
    }
}
