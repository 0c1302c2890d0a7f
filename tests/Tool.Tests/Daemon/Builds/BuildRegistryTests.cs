using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Builds;

namespace MsBuildKit.Tool.Tests.Daemon.Builds;

public sealed class BuildRegistryTests
{
    private readonly BuildRegistry _builds = new(TimeProvider.System);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task FindLog_BeforeTheBuildBegins_WaitsForIt()
    {
        using var folder = new TempFolder();
        using var log = new StatusLog(folder["log"]);
        var waiting = _builds.FindLogAsync("one", Token);
        _builds.Take("one").Set(log);
        Assert.Same(log, await waiting);
    }

    [Fact]
    public void Take_AnIdThatIsTaken_IsRefused()
    {
        _builds.Take("one");
        Assert.Equal("MBK2500", Assert.ThrowsAny<BuildException>(() => _builds.Take("one")).Code);
        _builds.Remove("one");
        _builds.Take("one");
    }

    [Fact]
    public async Task FindBridge_OfABuildThatNeverComesOrHasEnded_IsNotThere()
    {
        Assert.Equal("MBK2503", (await Assert.ThrowsAnyAsync<BuildException>(() => new BuildRegistry(new HurriedTime()).FindBridgeAsync("none", Token))).Code);
        _builds.Take("one");
        var waiting = _builds.FindBridgeAsync("one", Token);
        _builds.Remove("one");
        Assert.Equal("MBK2503", (await Assert.ThrowsAnyAsync<BuildException>(() => waiting)).Code);
    }
}
