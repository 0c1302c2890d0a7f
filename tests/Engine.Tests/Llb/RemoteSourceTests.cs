using MsBuildKit.Engine.Llb;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Llb;

/// <summary>Sources of web servers and repositories, on the wire as BuildKit's client (client/llb/source.go) writes them.</summary>
public sealed class RemoteSourceTests
{
    private static readonly Digest s_digest = Digest.Of("x"u8);

    [Fact]
    public void Http_WithEverything_HasTheAttributesOfTheWire()
    {
        var options = new HttpSourceOptions
        {
            Checksum = s_digest, FileName = "f", Mode = 0b110_100_100, Uid = 7, Gid = 8, AuthHeaderSecret = "s", Accept = "a/b", UserAgent = "me",
        };
        var vertex = Load(LlbState.Http("https://h.example/x?y=1", options));
        Assert.Equal("https://h.example/x?y=1", vertex.Op.Source.Identifier);
        Assert.Equal(
            [("http.authheadersecret", "s"), ("http.checksum", s_digest.ToString()), ("http.filename", "f"), ("http.gid", "8"), ("http.header.accept", "a/b"), ("http.header.user-agent", "me"), ("http.perm", "0644"), ("http.uid", "7")],
            Attributes(vertex));
        Assert.Equal(["soruce.http.uidgid", "source.http", "source.http.auth", "source.http.checksum", "source.http.header", "source.http.perm"], Capabilities(vertex));
        Assert.Null(vertex.Op.Platform);
    }

    [Fact]
    public void Http_WithNothing_HasNoAttributes()
    {
        var vertex = Load(LlbState.Http("http://h.example/"));
        Assert.Empty(vertex.Op.Source.Attrs);
        Assert.Equal(["source.http"], Capabilities(vertex));
    }

    [Theory]
    [InlineData("https://h.example/a/b.git", "", "", "git://h.example/a/b.git", "https://h.example/a/b.git")]
    [InlineData("h.example/a/b.git", "main", "", "git://h.example/a/b.git#main", "https://h.example/a/b.git")]
    [InlineData("https://h.example:8443/a/b.git#ignored:x?y", "v1", "sub/dir", "git://h.example:8443/a/b.git#v1:sub/dir", "https://h.example:8443/a/b.git")]
    [InlineData("https://h.example//a/../b.git?q=1", "", "/x/../y/", "git://h.example/b.git#:/x/../y/", "https://h.example//a/../b.git")]
    [InlineData("HTTPS://h.example/a%20b", "", "", "git://h.example/a b", "https://h.example/a%20b")]
    [InlineData("git://h.example/a", "", "", "git://h.example/a", "git://h.example/a")]
    [InlineData("file:///etc", "main", "x", "git://file:///etc", "file:///etc")]
    public void Git_Address_IsIdentifierAndFullUrl(string url, string reference, string directory, string identifier, string full)
    {
        var vertex = Load(LlbState.Git(url, new GitSourceOptions { Ref = reference, Subdirectory = directory }));
        Assert.Equal(identifier, vertex.Op.Source.Identifier);
        Assert.Equal([("git.authheadersecret", "GIT_AUTH_HEADER"), ("git.authtokensecret", "GIT_AUTH_TOKEN"), ("git.fullurl", full)], Attributes(vertex));
        Assert.Equal(["source.git", "source.git.fullurl"], Capabilities(vertex));
    }

    [Theory]
    [InlineData("git@h.example:team/a.git", "git@h.example:team/a.git", "git://h.example/team/a.git")]
    [InlineData("ssh://git@h.example:22/team/a.git", "ssh://git@h.example:22/team/a.git", "git://h.example:22/team/a.git")]
    public void Git_OverSsh_HasKeysAndHosts(string url, string full, string identifier)
    {
        var vertex = Load(LlbState.Git(url, new GitSourceOptions { KnownSshHosts = "h.example ssh-ed25519 AAAA\n" }));
        Assert.Equal(identifier, vertex.Op.Source.Identifier);
        Assert.Equal(
            [("git.authheadersecret", "GIT_AUTH_HEADER"), ("git.authtokensecret", "GIT_AUTH_TOKEN"), ("git.fullurl", full), ("git.knownsshhosts", "h.example ssh-ed25519 AAAA\n"), ("git.mountsshsock", "default")],
            Attributes(vertex));
        Assert.Equal(["source.git", "source.git.fullurl", "source.git.knownsshhosts", "source.git.mountsshsock"], Capabilities(vertex));
    }

    [Fact]
    public void Git_WithEverything_HasTheAttributesOfTheWire()
    {
        var options = new GitSourceOptions
        {
            Checksum = "abcd", KeepGitDirectory = true, SkipSubmodules = true, CommitTimes = true, FetchByCommit = true, AuthHeaderSecret = "h", AuthTokenSecret = "t",
        };
        var vertex = Load(LlbState.Git("https://h.example/a", options));
        Assert.Equal(
            [("git.authheadersecret", "h"), ("git.authtokensecret", "t"), ("git.checksum", "abcd"), ("git.fetchbycommit", "true"), ("git.fullurl", "https://h.example/a"), ("git.keepgitdir", "true"), ("git.mtime", "commit"), ("git.skipsubmodules", "true")],
            Attributes(vertex));
        Assert.Equal(
            ["source.git", "source.git.checksum", "source.git.fetchbycommit", "source.git.fullurl", "source.git.httpauth", "source.git.keepgitdir", "source.git.mtime", "source.git.skipsubmodules"],
            Capabilities(vertex));
    }

    [Fact]
    public void Git_TimesOfTheCheckout_AreSaid() =>
        Assert.Contains(("git.mtime", "checkout"), Attributes(Load(LlbState.Git("https://h.example/a", new GitSourceOptions { CheckoutTimes = true }))));

    // reliability F4
    [Fact]
    public void F4_NameOfASource_HasNoCredentials()
    {
        Assert.Equal("https://h.example/x", Load(LlbState.Http("https://me:c4nary@h.example/x")).Name);
        Assert.Equal("git://h.example/x", Load(LlbState.Git("https://me:c4nary@h.example/x")).Name);
    }

    private static Vertex Load(LlbState state) => LlbGraph.Load(LlbMarshaller.Marshal(state)).Vertex;

    private static List<(string, string)> Attributes(Vertex vertex) => [.. vertex.Op.Source.Attrs.Select(a => (a.Key, a.Value)).OrderBy(a => a.Key, StringComparer.Ordinal)];

    private static List<string> Capabilities(Vertex vertex) => [.. vertex.Metadata.Caps.Keys.Where(k => !k.StartsWith("meta.", StringComparison.Ordinal) && k != "constraints").Order(StringComparer.Ordinal)];
}
