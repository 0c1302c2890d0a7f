using System.Text;
using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;
using MsBuildKit.Engine.Tests.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

public sealed class LintSubrequestTests
{
    private const string Text = "FROM scratch\nLABEL a=b\nCMD run \\\n  it\nUSER 1\nUSER 2\n";

    [Fact]
    public void Answer_Warnings_AreTheJsonOfTheFrontend()
    {
        var result = LintSubrequest.Answer(Asked.File(Text), Linted.Report(Text).Warnings);

        var json = result.Json();
        var warning = json["warnings"]!.AsArray().Single()!;
        Assert.Equal("JSONArgsRecommended", (string?)warning["ruleName"]);
        Assert.Equal(LintRules.JsonArgsRecommended.Description, (string?)warning["description"]);
        Assert.Equal("https://docs.docker.com/go/dockerfile/rule/json-args-recommended/", (string?)warning["url"]);
        Assert.Equal(LintMessages.JsonArgsRecommended("CMD"), (string?)warning["detail"]);
        Assert.Equal("""{"ranges":[{"start":{"line":3},"end":{"line":4}}]}""", warning["location"]!.ToJsonString());
        var source = json["sources"]!.AsArray().Single()!;
        Assert.Equal(("Dockerfile", "Dockerfile"), ((string?)source["filename"], (string?)source["language"]));
        Assert.Equal(Text, Encoding.UTF8.GetString(source["data"]!.Bytes()));
        Assert.Null(json["buildError"]);
        Assert.Equal(1, result.StatusCode);
    }

    [Fact]
    public void Answer_Warnings_AreShownInTheText() => Assert.Equal(
        $"""

        WARNING: JSONArgsRecommended - https://docs.docker.com/go/dockerfile/rule/json-args-recommended/
        {LintMessages.JsonArgsRecommended("CMD")}
        Dockerfile:3
        --------------------
           2 |     LABEL a=b
           3 | >>> CMD run \
           4 | >>>   it
           5 |     USER 1
        --------------------

        """,
        LintSubrequest.Answer(Asked.File(Text), Linted.Report(Text).Warnings).Text);

    [Fact]
    public void Answer_AnError_IsReportedBesideTheWarnings()
    {
        var file = Asked.File("FROM scratch\nRNU x\n");
        var error = Assert.Throws<DockerfileException>(() => file.OrThrow());

        var result = LintSubrequest.Answer(file, [], error);

        Assert.Equal(error.Message, (string?)result.Json()["buildError"]!["message"]);
        Assert.Equal(2, result.Json()["buildError"]!.Line());
        Assert.Empty(result.Json()["warnings"]!.AsArray());
        Assert.Contains("   2 | >>> RNU x\n", result.Text, StringComparison.Ordinal);
        Assert.Equal(1, result.StatusCode);
    }

    [Fact]
    public void Answer_Nothing_IsASuccess()
    {
        var result = LintSubrequest.Answer(Asked.File("FROM scratch"), []);

        Assert.Equal(("", 0), (result.Text, result.StatusCode));
    }
}
