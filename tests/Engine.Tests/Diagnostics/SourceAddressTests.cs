using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Tests.Diagnostics;

public sealed class SourceAddressTests
{
    [Theory]
    [InlineData("https://user:tok@host/x", "https://host/x")]
    [InlineData("https://tok@host/x", "https://host/x")]
    [InlineData("git+https://user:tok@host/x", "git+https://host/x")]
    [InlineData("git+ssh://git@host:22/x", "git+ssh://host:22/x")]
    [InlineData("https://user:t@k@host/x", "https://host/x")]
    [InlineData("https://user:tok@host:port/x", "https://host:port/x")]
    [InlineData("https://user:t/k@host/x", "https://host/x")]
    [InlineData("https://user:t?k@host/x", "https://host/x")]
    [InlineData("https://user:t#k@host/x", "https://host/x")]
    [InlineData("https://@host", "https://host")]
    [InlineData("https://user:tok@", "https://")]
    [InlineData("git@host:team/x", "host:team/x")]
    [InlineData("user:tok@host:team/x", "host:team/x")]
    [InlineData("HTTPS://user:tok%40@HOST/x", "HTTPS://HOST/x")]
    [InlineData("https://host/x", "https://host/x")]
    [InlineData("https://host/@scope/x", "https://host/@scope/x")]
    [InlineData("", "")]
    public void WithoutCredentials_Address_LosesThemAndNothingElse(string address, string expected) =>
        Assert.Equal(expected, SourceAddress.WithoutCredentials(address));

    [Fact]
    public void WithoutCredentials_AnyAddressWithASecretBeforeTheHost_DoesNotTellIt()
    {
        foreach (var scheme in new[] { "https://", "http://", "git+https://", "ssh://", "git://", "x://", "" })
            foreach (var user in new[] { "", "user:", "user::", "%41:", " :", "ü:" })
                foreach (var host in new[] { "host", "host:1", "host:port", "[::1]", "[::", "", "ho st" })
                    Assert.DoesNotContain("SECRET", SourceAddress.WithoutCredentials($"{scheme}{user}SECRET@{host}/team/x.git"));
    }
}
