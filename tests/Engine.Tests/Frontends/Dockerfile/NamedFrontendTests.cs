using MsBuildKit.Engine.Frontends.Dockerfile;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile;

public sealed class NamedFrontendTests
{
    [Theory]
    [InlineData("FROM scratch\n")]
    [InlineData("# syntax=docker/dockerfile:1\nFROM scratch\n")]
    [InlineData("# syntax=docker/dockerfile:1.7-labs\nFROM scratch\n")]
    [InlineData("# syntax=docker.io/docker/dockerfile-upstream:master\nFROM scratch\n")]
    [InlineData("# syntax=mirror.example/hub/docker/dockerfile:1\nFROM scratch\n")]
    [InlineData("# syntax=dockerfile.v0\nFROM scratch\n")]
    public void Require_OfTheDockerfilesOwnLanguage_Holds(string text) => NamedFrontend.Require(DockerfileParser.Parse(text, "Dockerfile"), NoArguments);

    [Fact]
    public void Require_OfAnotherLanguage_IsAFaultWhereItIsNamed()
    {
        var error = Assert.Throws<DockerfileException>(() => NamedFrontend.Require(DockerfileParser.Parse("# syntax=r.example/other:2\nFROM scratch\n", "Dockerfile"), NoArguments));

        Assert.Equal(("MBK1957", 1), (error.Code, error.Faults[0].Range.Line));
        Assert.Contains("'r.example/other:2'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("# syntax=docker/dockerfile:1\nFROM scratch\n", "r.example/other", false)]
    [InlineData("# syntax=r.example/other\nFROM scratch\n", "dockerfile.v0", true)]
    [InlineData("# syntax=r.example/other\nFROM scratch\n", "", false)]
    public void Require_BuildArgument_Wins(string text, string argument, bool holds)
    {
        var failure = Record.Exception(() => NamedFrontend.Require(DockerfileParser.Parse(text, "Dockerfile"), new Dictionary<string, string> { [NamedFrontend.BuildArgument] = argument }));

        Assert.Equal(holds, failure is null);
    }

    private static Dictionary<string, string> NoArguments => [];
}
