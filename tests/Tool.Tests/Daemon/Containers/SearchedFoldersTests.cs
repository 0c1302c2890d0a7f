using MsBuildKit.Engine.Llb.Pb;
using MsBuildKit.Tool.Daemon.Containers;

namespace MsBuildKit.Tool.Tests.Daemon.Containers;

public sealed class SearchedFoldersTests
{
    [Fact]
    public void Complete_ProcessForWindows_LooksWhereItsProgramsAre()
    {
        Assert.StartsWith(@"PATH=c:\Windows\System32;", Assert.Single(SearchedFolders.Complete(null, "windows").Env), StringComparison.Ordinal);
        Assert.Equal(["PATH=/mine"], SearchedFolders.Complete(new Meta { Env = { "PATH=/mine" } }, "windows").Env);
    }

    [Theory]
    [InlineData("")]
    [InlineData("linux")]
    public void Complete_AnyOther_IsAsItWas(string system) => Assert.Equal(new Meta { Args = { "a" } }, SearchedFolders.Complete(new Meta { Args = { "a" } }, system));
}
