using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

public sealed class DescribeSubrequestTests
{
    [Fact]
    public void Answer_ListsEveryQuestion()
    {
        var result = DescribeSubrequest.Answer();

        var requests = result.Json().AsArray();
        Assert.Equal(
            ["frontend.outline", "frontend.targets", "frontend.lint", "frontend.convertllb", "frontend.subrequests.describe"],
            requests.Select(r => (string?)r!["name"]));
        Assert.All(requests, r => Assert.Equal("rpc", (string?)r!["type"]));
        Assert.Equal(["1.0.0", "1.0.0", "1.0.0", "0.1.0", "1.0.0"], requests.Select(r => (string?)r!["version"]));
        Assert.Equal("target", (string?)requests[0]!["opts"]![0]!["name"]);
        Assert.Equal(["result.json", "result.txt", "result.statuscode"], requests[2]!["metadata"]!.AsArray().Select(m => (string?)m!["name"]));
        Assert.Empty(requests[0]!["inputs"]!.AsArray());
        Assert.Empty(requests[0]!["refs"]!.AsArray());
        Assert.StartsWith("NAME                 VERSION DESCRIPTION\noutline              1.0.0   ", result.Text, StringComparison.Ordinal);
    }
}
