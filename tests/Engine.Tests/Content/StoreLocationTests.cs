using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class StoreLocationTests
{
    [Theory]
    [InlineData("MSBUILDKIT_CACHE", "/var/cache/kit", "/var/cache/kit")]
    [InlineData("XDG_CACHE_HOME", "/var/cache", "/var/cache/msbuildkit")]
    public void Default_AbsoluteVariable_Decides(string name, string value, string expected) =>
        Assert.Equal(expected, StoreLocation.Default(new Dictionary<string, string> { [name] = value }));

    [Theory]
    [InlineData("MSBUILDKIT_CACHE", "cache")]
    [InlineData("MSBUILDKIT_CACHE", "")]
    [InlineData("XDG_CACHE_HOME", "../cache")]
    [InlineData("OTHER", "x")]
    public void Default_RelativeVariable_CountsAsUnset(string name, string value) =>
        Assert.Equal(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "msbuildkit"), StoreLocation.Default(new Dictionary<string, string> { [name] = value }));
}
