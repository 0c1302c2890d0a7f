namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary><c>SOURCE_DATE_EPOCH</c> is the one time that an image knows.</summary>
public sealed class EpochTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task SourceDateEpoch_IsTheTimeOfEverything_AndRefusedWhenItIsNone()
    {
        _tree.Console("App");

        (await _tree.RunAsync("publish", "App", ["-t:ContainerBuild"], ("SOURCE_DATE_EPOCH", "1700000000"))).Succeeded();
        var refused = (await _tree.RunAsync("publish", "App", ["-t:ContainerBuild"], ("SOURCE_DATE_EPOCH", "yesterday"))).Failed();

        var image = _tree.Layout("App").Image();
        Assert.Equal("2023-11-14T22:13:20Z", (string?)image.Configuration["created"]);
        Assert.Equal("2023-11-14T22:13:20Z", image.Label("org.opencontainers.image.created"));
        Assert.All(image.Layers.SelectMany(l => l.Entries), e => Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), e.Modified));
        Assert.Equal("2023-11-14T22:13:20Z", (string?)_tree.Layout("App").Sbom["creationInfo"]!["created"]);
        Assert.Equal(["MBK1021"], refused.ErrorCodes);
    }
}
