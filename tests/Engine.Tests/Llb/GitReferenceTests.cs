using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Tests.Llb;

/// <summary>Repositories as a Dockerfile names them; the cases are those of BuildKit (frontend/dockerfile/dfgitutil) and some more.</summary>
public sealed class GitReferenceTests
{
    [Theory]
    [InlineData("https://h.example/foo.git", "https://h.example/foo.git")]
    [InlineData("https://h.example/foo.git#abcd", "https://h.example/foo.git", "abcd")]
    [InlineData("https://h.example/foo.git#release/1.2", "https://h.example/foo.git", "release/1.2")]
    [InlineData("https://h.example/foo.git#a/b:c/d", "https://h.example/foo.git", "a/b", "c/d")]
    [InlineData("https://h.example/foo.git#:c", "https://h.example/foo.git", "", "c")]
    [InlineData("https://h.example/foo.git#:/c/../d/", "https://h.example/foo.git", "", "d")]
    [InlineData("https://a:b@h.example/t/foo.git", "https://a:b@h.example/t/foo.git")]
    [InlineData("git://h.example/foo", "git://h.example/foo")]
    [InlineData("ssh://git@h.example:22/t/foo", "ssh://git@h.example:22/t/foo")]
    [InlineData("git@h.example:t/foo.git", "git@h.example:t/foo.git")]
    [InlineData("git@h.example:t/foo", "git@h.example:t/foo")]
    [InlineData("deploy@h.example:t/foo.git#v1:d", "deploy@h.example:t/foo.git", "v1", "d")]
    [InlineData("git@h.example:t/foo.git?subdir=/d#v1", "git@h.example:t/foo.git", "v1", "/d")]
    [InlineData("github.com/t/foo", "github.com/t/foo")]
    [InlineData("github.com/t/foo#main", "github.com/t/foo", "main")]
    [InlineData("github.com/t/foo?tag=v1", "github.com/t/foo", "refs/tags/v1")]
    [InlineData("https://h.example/foo.git?ref=v1&subdir=/d", "https://h.example/foo.git", "v1", "/d")]
    [InlineData("https://h.example/foo.git?subdir=/d#v1", "https://h.example/foo.git", "v1", "/d")]
    [InlineData("https://h.example/foo.git?tag=v1", "https://h.example/foo.git", "refs/tags/v1")]
    [InlineData("https://h.example/foo.git?branch=b%2Fc+d", "https://h.example/foo.git", "refs/heads/b/c d")]
    [InlineData("https://h.example/foo.git?branch=refs/heads/b#refs/heads/b", "https://h.example/foo.git", "refs/heads/b")]
    [InlineData("https://h.example/foo.git?&&", "https://h.example/foo.git")]
    public void TryParse_Repository_IsUnderstood(string text, string remote, string reference = "", string folder = "")
    {
        Assert.True(GitReference.TryParse(text, out var read, out var fault), fault);
        Assert.Equal((remote, reference, folder), (read.Remote, read.Options.Ref, read.Options.Subdirectory));
        Assert.Equal(text.StartsWith("github.com/", StringComparison.Ordinal), read.IsLikeFolder);
        Assert.Equal(text.StartsWith("git://", StringComparison.Ordinal), read.IsUnencrypted);
        Assert.Equal((null, null), (read.KeepsGitDirectory, read.TakesSubmodules));
    }

    [Theory]
    [InlineData("https://h.example/")]
    [InlineData("https://h.example/foo")]
    [InlineData("https://h.example/foo.git/")]
    [InlineData("https://h.example/foo.git.bar")]
    [InlineData("https://h.example/foo?x=.git")]
    [InlineData("http://h.example/foo.git:#branch")]
    [InlineData("h.example/t/foo.git")]
    [InlineData("file:///t/foo.git")]
    [InlineData("./.git")]
    [InlineData("../foo.git")]
    [InlineData(".git")]
    [InlineData("")]
    public void TryParse_SomethingElse_IsNoFault(string text)
    {
        Assert.False(GitReference.TryParse(text, out _, out var fault));
        Assert.Null(fault);
    }

    [Theory]
    [InlineData("ref=v1#v2", "ref conflicts: 'v2' and 'v1'")]
    [InlineData("ref=v1&tag=v2", "ref conflicts: 'v1' and 'refs/tags/v2'")]
    [InlineData("tag=v1&branch=b", "branch conflicts with tag")]
    [InlineData("subdir=/d#:d", "subdir conflicts: 'd' and '/d'")]
    [InlineData("ref=a&ref=a", "query 'ref' has multiple values")]
    [InlineData("ref=", "query 'ref' has no value")]
    [InlineData("ref", "query 'ref' has no value")]
    [InlineData("mtime=now", "invalid mtime value 'now', which must be 'checkout' or 'commit'")]
    [InlineData("submodules=yes", "invalid submodules value 'yes'")]
    [InlineData("what=1&fetch-by-commit=2", "unexpected query 'what'; invalid fetch-by-commit value '2'")]
    public void TryParse_QueryThatIsWrong_SaysAllThatIs(string query, string expected)
    {
        Assert.False(GitReference.TryParse("https://h.example/foo.git?" + query, out _, out var fault));
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void TryParse_Switches_AreOptions()
    {
        Assert.Equal(new GitSourceOptions { Checksum = "ab", FetchByCommit = true, KeepGitDirectory = true }, Options("checksum=ab&fetch-by-commit&keep-git-dir="));
        Assert.Equal(new GitSourceOptions { Checksum = "ab", SkipSubmodules = true }, Options("commit=ab&submodules=false&keep-git-dir=0&fetch-by-commit=F"));
        Assert.Equal(new GitSourceOptions { CommitTimes = true }, Options("mtime=commit&submodules"));
        Assert.Equal(new GitSourceOptions { CheckoutTimes = true }, Options("mtime=checkout"));
        Assert.True(GitReference.TryParse("http://h.example/foo.git?keep-git-dir=false&submodules=true", out var said, out _));
        Assert.Equal((false, true, true), (said.KeepsGitDirectory, said.TakesSubmodules, said.IsUnencrypted));

        static GitSourceOptions Options(string query) => GitReference.TryParse("https://h.example/foo.git?" + query, out var read, out var fault) ? read.Options : throw new InvalidOperationException(fault);
    }
}
