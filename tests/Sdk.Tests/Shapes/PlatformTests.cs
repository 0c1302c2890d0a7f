namespace MsBuildKit.Sdk.Tests.Shapes;

/// <summary>An image is for the platform that its program is for.</summary>
public sealed class PlatformTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task ContainerBuild_OfAProgramForAnotherArchitecture_IsRefused()
    {
        _tree.Console("App");

        var run = (await _tree.ContainerBuildAsync("App", "-r", "linux-x64", "--self-contained", "-p:ContainerRuntimeIdentifier=linux-arm64")).Failed();

        Assert.Equal("MBK1018", Assert.Single(run.Errors).Code);
        Assert.Contains("linux/arm64", run.Errors[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerBuild_OfOnePlatformTwice_IsRefused()
    {
        _tree.Console("App", p => p.Properties("ContainerRuntimeIdentifiers=linux-x64;linux-musl-x64", "UseAppHost=false"));

        Assert.Equal(["MBK1019"], (await _tree.ContainerBuildAsync("App")).Failed().ErrorCodes);
    }

    [Fact]
    public async Task RuntimeIdentifiers_WithoutAChoice_MakeAnIndexAsWithTheSdk()
    {
        _tree.Console("App", p => p.Properties("RuntimeIdentifiers=linux-x64;linux-arm64", "ContainerPublishInParallel=false"));

        (await _tree.ContainerBuildAsync("App")).Succeeded();

        Assert.Equal("arm64", (string?)_tree.Layout("App").Image("arm64").Configuration["architecture"]);
        Assert.Equal("amd64", (string?)_tree.Layout("App").Image("amd64").Configuration["architecture"]);
    }

    [Fact]
    public async Task RuntimeIdentifiers_WithAChoice_MakeOneImage()
    {
        _tree.Console("App", p => p.Property("RuntimeIdentifiers", "linux-x64;linux-arm64"));

        (await _tree.ContainerBuildAsync("App", "-r", "linux-arm64", "--no-self-contained")).Succeeded();

        Assert.Equal("arm64", (string?)_tree.Layout("App", "Release/net10.0/linux-arm64").Image().Configuration["architecture"]);
    }
}
