using System.Text;
using System.Text.Json.Nodes;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

public sealed class TargetsSubrequestTests
{
    private const string Text = """
        # build defines stage for compiling the binary
        FROM alpine AS build
        RUN true

        FROM --platform=$BUILDPLATFORM b${missing} AS Second
        # third has another comment
        # third is the last
        FROM second AS third
        RUN false

        FROM build
        """;

    [Fact]
    public void Answer_StagesOfAllKinds_AreListedAsWritten()
    {
        var result = TargetsSubrequest.Answer(Asked.File(Text));

        var json = result.Json();
        var targets = json["targets"]!.AsArray();
        Assert.Equal(["build", "second", "third", null], targets.Select(t => (string?)t!["name"]));
        Assert.Equal(["defines stage for compiling the binary", null, "has another comment", null], targets.Select(t => (string?)t!["description"]));
        Assert.Equal(["alpine", "b${missing}", "second", "build"], targets.Select(t => (string?)t!["base"]));
        Assert.Equal([null, "$BUILDPLATFORM", null, null], targets.Select(t => (string?)t!["platform"]));
        Assert.Equal([null, null, null, true], targets.Select(t => (bool?)t!["default"]));
        Assert.Equal([2, 5, 8, 11], targets.Select(t => t!.Line()));
        Assert.Equal(Text, Encoding.UTF8.GetString(json["sources"]![0]!.Bytes()));
        Assert.Equal(0, result.StatusCode);
    }

    [Fact]
    public void Answer_AsText_IsATable()
    {
        Assert.Equal(
            "TARGET    DESCRIPTION\nbuild     defines stage for compiling the binary\nsecond    \nthird     has another comment\n(default) \n",
            TargetsSubrequest.Answer(Asked.File(Text)).Text);
        Assert.Equal("TARGET      DESCRIPTION\na (default) \n", TargetsSubrequest.Answer(Asked.File("FROM scratch AS a")).Text);
    }

    [Fact]
    public void Answer_ADockerfileWithFaults_IsRefused() =>
        Assert.Throws<DockerfileException>(() => TargetsSubrequest.Answer(Asked.File("FROM scratch\nRNU x")));
}
