namespace MsBuildKit.Sdk.Tests.Image;

/// <summary>A project whose image a Dockerfile describes. Nothing is run: what is copied onto nothing needs no worker.</summary>
public sealed class DockerfileTests(SdkPackage sdk) : IDisposable
{
    private readonly ProjectTree _tree = new(sdk);

    public void Dispose() => _tree.Dispose();

    [Fact]
    public async Task ContainerDockerfile_Image_HasWhatWasPublishedAndWhatTheFileSays()
    {
        _tree.Console("App", p => p.Properties("ContainerDockerfile=Dockerfile", "UseAppHost=false").Item("ContainerBuildArg", "VERSION", ("Value", "7")).Item("ContainerLabel", "who", ("Value", "me")));
        _tree.Write("App/Dockerfile", "FROM scratch\nARG VERSION\nENV V=$VERSION\nWORKDIR /app\nCOPY --from=publish . .\nCOPY notes.txt /notes/\nENTRYPOINT [\"dotnet\", \"App.dll\"]\n");
        _tree.Write("App/notes.txt", "notes");

        (await _tree.ContainerBuildAsync("App")).Succeeded();

        var image = _tree.Layout("App").Image();
        Assert.Contains("App.dll", image.Below("/app"));
        Assert.Contains("notes.txt", image.Below("/notes"));
        var config = image.Config;
        Assert.Contains("V=7", config["Env"]!.AsArray().Select(e => (string?)e));
        Assert.Equal("/app", (string?)config["WorkingDir"]);
        Assert.Equal("me", (string?)config["Labels"]!["who"]);
        Assert.Equal(["dotnet", "App.dll"], config["Entrypoint"]!.AsArray().Select(e => (string?)e));
    }

    [Fact]
    public async Task ContainerDockerfile_OfTwoProcessors_CopiesWhatWasPublishedForEach()
    {
        _tree.Console("App", p => p.Properties("ContainerDockerfile=Dockerfile", "ContainerRuntimeIdentifiers=linux-x64;linux-arm64", "SelfContained=false"));
        _tree.Write("App/Dockerfile", "FROM scratch\nARG TARGETARCH\nENV MADE_FOR=$TARGETARCH\nCOPY --from=publish . /app/\n");

        (await _tree.ContainerBuildAsync("App")).Succeeded();

        var layout = _tree.Layout("App");
        var (x64, arm64) = (layout.Image("amd64"), layout.Image("arm64"));
        Assert.Contains("MADE_FOR=amd64", x64.Environment);
        Assert.Contains("MADE_FOR=arm64", arm64.Environment);
        Assert.Equal(x64.Files.Keys, arm64.Files.Keys);
        Assert.Contains("/app/App.dll", x64.Files.Keys);
        Assert.NotEqual(x64.Files["/app/App"].Sha256, arm64.Files["/app/App"].Sha256);
    }

    [Fact]
    public async Task ContainerDockerfile_Faults_AreAllToldWhereTheyStand()
    {
        _tree.Console("App", p => p.Properties("ContainerDockerfile=Dockerfile"));
        _tree.Write("App/Dockerfile", "FROM scratch\nCOPPY a b\nRUN --what echo\n");

        var errors = (await _tree.ContainerBuildAsync("App")).Failed().Errors;

        Assert.Equal([2, 3], errors.Select(e => e.LineNumber));
        Assert.All(errors, e => Assert.EndsWith("App/Dockerfile", e.File, StringComparison.Ordinal));
        Assert.Contains("COPY", errors[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ContainerDockerfile_Checks_AreWarningsWhereTheyStand()
    {
        _tree.Console("App", p => p.Properties("ContainerDockerfile=Dockerfile"));
        _tree.Write("App/Dockerfile", "FROM scratch\nMAINTAINER me\nCOPY --from=publish . /app\n");

        var run = (await _tree.ContainerBuildAsync("App")).Succeeded();

        Assert.Matches(@"App/Dockerfile\(2,1\): warning MBK\d{4}: .*MaintainerDeprecated", run.Output);
    }
}
