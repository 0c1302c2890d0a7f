using MsBuildKit.Engine.Attestations.BuildKit;

namespace MsBuildKit.Engine.Tests.Attestations.BuildKit;

public sealed class MaskedAddressTests
{
    [Theory]
    [InlineData("https://user:pass@host.example/a.git#v1", "https://xxxxx:xxxxx@host.example/a.git#v1")]
    [InlineData("https://token@host.example/a", "https://xxxxx@host.example/a")]
    [InlineData("https://:pass@host.example/a", "https://:xxxxx@host.example/a")]
    [InlineData("https://host.example/a@b", "https://host.example/a@b")]
    [InlineData("git@host.example:a.git", "git@host.example:a.git")]
    [InlineData("input:base", "input:base")]
    public void Of_Address_ShowsThatThereWasAUserAndNotWho(string address, string masked) => Assert.Equal(masked, MaskedAddress.Of(address));

    [Fact]
    public void Of_AddressThatNobodyCanParse_HasNoSecret() => Assert.DoesNotContain("se/cret", MaskedAddress.Of("https://user:se/cret@host.example/a"), StringComparison.Ordinal);
}
