using MsBuildKit.Engine.Attestations.BuildKit;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Attestations.BuildKit;

public sealed class RequestProvenanceTests
{
    [Fact]
    public void Of_Arguments_TellsWhatIsBuiltAndNotWhereOrBySecret()
    {
        var told = Tell(new BuildCapture(), ("build-arg:A", "1"), ("platform", "linux/amd64"), ("attest:provenance", "mode=max"), ("cache-imports", "[]"), ("image-resolve-mode", "pull"), ("cgroup-parent", "x"),
            ("context:foo", "https://a:b@host.example/foo.html"), ("vcs:source", "https://a:b@host.example/r.git"), ("filename", "my.Dockerfile"));
        Assert.Equal(new SortedDictionary<string, string> { ["build-arg:A"] = "1", ["context:foo"] = "https://xxxxx:xxxxx@host.example/foo.html", ["vcs:source"] = "https://xxxxx:xxxxx@host.example/r.git" }, new SortedDictionary<string, string>(told.Request.Arguments.ToDictionary()));
        Assert.Equal(new ConfigSource(null, null, null, "my.Dockerfile"), told.Source);
    }

    [Theory]
    [InlineData("https://u:p@host.example/a.git#v1:src", "https://xxxxx:xxxxx@host.example/a.git#v1:src")]
    [InlineData("https://u:p@host.example/a.git?ref=v1&subdir=src", "https://xxxxx:xxxxx@host.example/a.git#v1:src")]
    public void Of_ContextOfARepository_HasTheCommit(string context, string uri)
    {
        var capture = new BuildCapture();
        capture.Add(new GitMaterial("https://u:p@host.example/a.git#v1", new string('c', 40)));
        Assert.Equal(new ConfigSource(uri, "sha1", new string('c', 40), null), Tell(capture, ("context", context)).Source);
    }

    [Fact]
    public void Of_ContextOfAWebServer_HasItsDigest()
    {
        var capture = new BuildCapture();
        capture.Add(new WebMaterial("https://host.example/a.tar", Digest.Of("a"u8)));
        Assert.Equal(new ConfigSource("https://host.example/a.tar", "sha256", Digest.Of("a"u8).Hex, null), Tell(capture, ("contextkey", "here"), ("here", "https://host.example/a.tar")).Source);
    }

    [Fact]
    public void Reduce_Request_LeavesOutWhatIsNobodyElsesBusinessAlsoOfInputs()
    {
        var input = Tell(new BuildCapture(), ("target", "base"), ("label:l", "x"));
        var request = new RequestParameters { Frontend = "f", Arguments = new Dictionary<string, string> { ["target"] = "t" }, Inputs = new Dictionary<string, RequestProvenance> { ["in"] = input }, Secrets = [new LentMaterial("s", false)], Agents = [new LentMaterial("a", false)] };
        var reduced = request.Reduce(out var isLess);
        Assert.True(isLess);
        Assert.Equal(["target"], reduced.Inputs["in"].Request.Arguments.Keys);
        Assert.Empty(reduced.Secrets);
        Assert.Empty(reduced.Agents);
        (request with { Inputs = new Dictionary<string, RequestProvenance>() }).Reduce(out isLess);
        Assert.False(isLess);
    }

    [Fact]
    public void IsSameAs_OrderOfArguments_DoesNotMatter()
    {
        Assert.True(Tell(new BuildCapture(), ("a", "1"), ("b", "2")).IsSameAs(Tell(new BuildCapture(), ("b", "2"), ("a", "1"))));
        Assert.False(Tell(new BuildCapture(), ("a", "1")).IsSameAs(Tell(new BuildCapture(), ("a", "2"))));
    }

    private static RequestProvenance Tell(BuildCapture capture, params (string Key, string Value)[] arguments) =>
        RequestProvenance.Of("dockerfile.v0", arguments.Select(a => KeyValuePair.Create(a.Key, a.Value)), capture);
}
