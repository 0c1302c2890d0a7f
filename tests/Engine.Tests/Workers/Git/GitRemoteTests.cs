using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Git;

namespace MsBuildKit.Engine.Tests.Workers.Git;

/// <summary>Addresses and names that are given to a program, and those that never are.</summary>
public sealed class GitRemoteTests
{
    [Theory]
    [InlineData("main", true)]
    [InlineData("refs/heads/a-b/c.d_e+f", true)]
    [InlineData("v1.0", true)]
    [InlineData("ü", true)]
    [InlineData("", false)]
    [InlineData("--upload-pack=x", false)]
    [InlineData("a/-x/b", false)]
    [InlineData("a b", false)]
    [InlineData("a\nb", false)]
    [InlineData("a..b", false)]
    [InlineData("a^{/x}", false)]
    [InlineData("a:b", false)]
    [InlineData("*", false)]
    [InlineData("a@{1}", false)]
    [InlineData("@", false)]
    [InlineData("x.lock", false)]
    [InlineData("x.lock/y", false)]
    [InlineData("a/", false)]
    [InlineData("/a", false)]
    [InlineData("a//b", false)]
    [InlineData("a/.b", false)]
    [InlineData("a\\b", false)]
    public void F1_NameOfARef_IsWhatGitTakesAndNoOption(string name, bool expected) => Assert.Equal(expected, GitRef.IsName(name));

    [Theory]
    [InlineData("https://h.example/a.git", "https://h.example/a.git", "")]
    [InlineData("h.example/a", "https://h.example/a", "")]
    [InlineData("https://me:pw@h.example:8443/a", "https://h.example:8443/a", "me:pw")]
    [InlineData("ssh://git:pw@h.example:22/a", "ssh://git@h.example:22/a", "")]
    [InlineData("git@h.example:a/b", "git@h.example:a/b", "")]
    [InlineData("git://h.example/a", "git://h.example/a", "")]
    [InlineData("http://[::1]:80/a", "http://[::1]:80/a", "")]
    public void Of_Address_KeepsNoPassword(string address, string expected, string user)
    {
        var remote = GitRemote.Of(address);
        Assert.Equal((expected, user), (remote.Address, remote.User));
    }

    [Theory]
    [InlineData("ext::sh -c touch% /tmp/x")]
    [InlineData("ext::sh")]
    [InlineData("file:///etc")]
    [InlineData("file://localhost/etc")]
    [InlineData("/etc")]
    [InlineData("./x")]
    [InlineData("ssh://-oProxyCommand=touch/x")]
    [InlineData("ssh://-oProxyCommand=touch@h/x")]
    [InlineData("ssh://a@-oProxyCommand=touch/x")]
    [InlineData("-oProxyCommand=x@h:p")]
    [InlineData("--upload-pack=x")]
    [InlineData("git@h:-x")]
    [InlineData("https://h/-x")]
    [InlineData("https://h")]
    [InlineData("https://h/a\nb")]
    [InlineData("https://h/a\\b")]
    [InlineData("https://h\0/a")]
    [InlineData("https://h%0a/a")]
    [InlineData("https://$(x)/a")]
    [InlineData("ftp://h/x")]
    [InlineData("fd::3")]
    [InlineData("http::https://h/x")]
    public void F1_AddressThatIsNone_IsRefused(string address) =>
        Assert.Equal("MBK2021", Assert.Throws<WorkerException>(() => GitRemote.Of(address)).Code);

    [Theory]
    [InlineData("https://h/a/b.git", "../c.git", "https://h/a/c.git")]
    [InlineData("https://h/a/b.git/", "./../../c", "https://h/c")]
    [InlineData("https://h:1/a", "../../c", null)]
    [InlineData("git@h:a/b.git", "../c.git", "git@h:a/c.git")]
    [InlineData("git@h:a.git", "../c.git", "git@h:c.git")]
    [InlineData("https://h/a", "https://x/y", "https://x/y")]
    [InlineData("https://h/a", "file:///etc", null)]
    [InlineData("https://h/a", "-u", null)]
    [InlineData("https://h/a", "../-u", null)]
    [InlineData("https://h/a", "../b\r", null)]
    public void F5_AddressOfASubmodule_IsOneOfAServer(string parent, string url, string? expected)
    {
        var remote = GitRemote.Of(parent);
        if (expected is null) Assert.Throws<WorkerException>(() => remote.Submodule(url));
        else Assert.Equal(expected, remote.Submodule(url).Address);
    }
}
