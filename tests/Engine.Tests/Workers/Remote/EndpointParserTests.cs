using MsBuildKit.Engine.Workers.Remote;

namespace MsBuildKit.Engine.Tests.Workers.Remote;

/// <summary>Addresses of builders, as BuildKit's client reads them.</summary>
public sealed class EndpointParserTests
{
    [Theory]
    [InlineData("docker-container://one", "docker", "exec -i one buildctl dial-stdio")]
    [InlineData("docker-container://one?context=far", "docker", "--context=far exec -i one buildctl dial-stdio")]
    [InlineData("podman-container://one", "podman", "exec -i one buildctl dial-stdio")]
    [InlineData("kube-pod://one", "kubectl", "exec -i one -- buildctl dial-stdio")]
    [InlineData("kube-pod://one?namespace=n&container=c&context=x", "kubectl", "--context=x --namespace=n exec --container=c -i one -- buildctl dial-stdio")]
    [InlineData("ssh://me@host", "ssh", "-l me -- host buildctl dial-stdio")]
    [InlineData("ssh://host:2222/run/b.sock", "ssh", "-p 2222 -- host buildctl --addr unix:///run/b.sock dial-stdio")]
    public void Parse_Program_IsTheCommandThatBuildKitsClientRuns(string text, string program, string arguments)
    {
        var endpoint = Assert.IsType<ProgramEndpoint>(Assert.Single(Parse(text)));
        Assert.Equal((program, arguments), (endpoint.Program, string.Join(' ', endpoint.Arguments)));
    }

    [Fact]
    public void Parse_Several_KeepsTheirOrderAndOneOfEach() =>
        Assert.Equal(["unix:///a", "tcp://b:1"], Parse("unix:///a, tcp://b:1,unix:///a").Select(e => e.Text));

    [Fact]
    public void Parse_Certificates_StartFromTheFolder()
    {
        var endpoint = Assert.IsType<PortEndpoint>(Assert.Single(Parse("tcp://[::1]:1234?ca=ca.pem&cert=/c.pem&key=k%201.pem&servername=b")));
        Assert.Equal(("::1", 1234, "/here/ca.pem", "/c.pem", "/here/k 1.pem", "b"), (endpoint.Host, endpoint.Port, endpoint.Authority, endpoint.Certificate, endpoint.Key, endpoint.ServerName));
    }

    [Theory]
    [InlineData("builder", "no address of a builder")]
    [InlineData("http://a", "of no known kind")]
    [InlineData("unix://a", "no absolute path")]
    [InlineData("tcp://a", "no host and port")]
    [InlineData("tcp://a:1?cert=c&ca=d", "without the other")]
    [InlineData("tcp://a:1?cert=c&key=d", "who vouches")]
    [InlineData("tcp://a:1?insecure=1", "unknown part 'insecure'")]
    [InlineData("docker-container://-v", "names no container")]
    [InlineData("kube-pod://--token", "names no pod")]
    [InlineData("ssh://-oProxyCommand=x", "names no machine")]
    [InlineData("ssh://me:secret@host", "passwords and options belong")]
    public void Parse_Wrong_SaysWhatAndWhatToDo(string text, string expected)
    {
        var faults = new List<string>();
        Assert.Empty(new EndpointParser("/here", faults.Add).Parse(text));
        Assert.Contains(expected, Assert.Single(faults));
    }

    private static IReadOnlyList<BuilderEndpoint> Parse(string text)
    {
        var faults = new List<string>();
        var endpoints = new EndpointParser("/here", faults.Add).Parse(text);
        Assert.Empty(faults);
        return endpoints;
    }
}
