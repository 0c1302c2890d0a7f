namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>The same sources give the same digest, wherever, whenever and as whoever they are built.</summary>
public sealed class ReproducibilityTests(SdkPackage sdk)
{
    [Fact]
    public async Task ContainerBuild_TwoFoldersAndSurroundings_OneDigest()
    {
        var here = await BuildAsync("", DateTime.UtcNow);
        var there = await BuildAsync("déeper down", new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc), ("LC_ALL", "tr_TR.UTF-8"), ("TZ", "Asia/Kathmandu"), ("DOTNET_PROCESSOR_COUNT", "1"));
        Assert.Equal(here, there);
    }

    private async Task<string> BuildAsync(string below, DateTime time, params (string Name, string? Value)[] environment)
    {
        using var tree = new ProjectTree(sdk, below: below);
        tree.Web("App", p => p.Property("PathMap", "$(MSBuildProjectDirectory)=/_/").Property("ContinuousIntegrationBuild", "true").Property("DeterministicSourcePaths", "false"));
        File.SetLastWriteTimeUtc(tree.Write("App/wwwroot/site.css", "body { color: black }"), time);
        var run = (await tree.RunAsync("publish", "App", ["-t:ContainerBuild", "-getItem:ContainerImage"], environment)).Succeeded();
        return (string)run.Items("ContainerImage")[0]["Digest"]!;
    }
}
