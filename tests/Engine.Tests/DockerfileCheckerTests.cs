using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Workers;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests;

public sealed class DockerfileCheckerTests : IDisposable
{
    private readonly TempFolder _folder = new("check");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Check_OfWhatIsConverted_FindsWhatTheTextAloneDoesNotShow()
    {
        File.WriteAllText(_folder["ignored"], "");
        var found = await CheckAsync("FROM scratch\nCOPY ignored $NOBODY/\nMAINTAINER me\n", ignore: ["ignored"]);
        Assert.Equal(["CopyIgnoredFile", "UndefinedVar", "MaintainerDeprecated"], found.Warnings.Select(w => w.Rule.Name));
        Assert.Null(found.Error);
    }

    [Fact]
    public async Task Check_StageThatIsNotBuilt_IsJudgedAsInABuild()
    {
        var found = await CheckAsync("FROM scratch AS unused\nENV TOKEN=x\nFROM scratch\nENV PASSWORD=x\n");

        Assert.Equal([("SecretsUsedInArgOrEnv", 4)], found.Warnings.Select(w => (w.Rule.Name, w.Range.Line)));
        Assert.Single(found.Images);
    }

    [Theory]
    [InlineData("FROM scratch\nCOPPY a b\n")]
    [InlineData("ARG X\nFROM ${X:?must be given}\n")]
    [InlineData("FROM scratch\nARG X\nENV Y=${X:?must be given}\n")]
    public async Task Check_WhatCannotBeBuilt_IsAnError(string text) => Assert.NotNull((await CheckAsync(text)).Error);

    [Fact]
    public async Task Check_ImageThatIsOutOfReach_IsNoErrorAndItsVariablesAreNotJudged()
    {
        var found = await CheckAsync("FROM far.example/base\nENV A=$OF_THE_BASE\nCOPY ignored /\n", ignore: ["ignored"]);
        Assert.Null(found.Error);
        Assert.Equal(["far.example/base:latest"], found.Unreached);
        Assert.Equal(["CopyIgnoredFile"], found.Warnings.Select(w => w.Rule.Name));
    }

    [Fact]
    public async Task Check_ImageThatIsNotThere_IsAnError()
    {
        var found = await CheckAsync("FROM missing.example/base\n");
        Assert.Empty(found.Unreached);
        Assert.Equal(1, Assert.Single(found.Error!.Faults).Range.Line);
    }

    private Task<DockerfileCheck> CheckAsync(string text, string[]? ignore = null) => new DockerfileChecker(
        new DockerfileRequest
        {
            Text = text, File = "Dockerfile", Context = new FolderContext("context"), Platforms = [Platform.LinuxAmd64], BuildPlatform = Platform.LinuxAmd64, Ignore = ignore ?? [],
        },
        new LentFolders(new Dictionary<string, string> { ["context"] = _folder.Path }),
        new DockerfileImages(new NoImages(), new Dictionary<string, string>())).CheckAsync(TestContext.Current.CancellationToken);

    private sealed class NoImages : IImageResolver
    {
        public Task<ResolvedImage> ResolveAsync(ImageReference reference, Platform platform, CancellationToken cancellationToken) => throw (reference.Registry.StartsWith("missing", StringComparison.Ordinal)
            ? new RegistryException("MBK1301", ErrorKind.NotFound, "It is not there.")
            : new RegistryException("MBK1301", ErrorKind.Unavailable, "Nobody answers."));

        public IContentSource Open(ImageReference reference) => throw new InvalidOperationException("Nothing is read of an image.");
    }
}
