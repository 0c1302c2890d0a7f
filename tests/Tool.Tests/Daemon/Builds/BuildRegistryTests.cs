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
    public async Task FindLog_OfABuildThatJustEnded_IsThereForAMoment()
    {
        using var folder = new TempFolder();
        using var log = new StatusLog(folder["log"]);
        _builds.Take("one").Set(log);
        _builds.Remove("one");
        Assert.Same(log, await _builds.FindLogAsync("one", Token));
        using var next = new StatusLog(folder["next"]);
        _builds.Take("one").Set(next);
        Assert.Same(next, await _builds.FindLogAsync("one", Token));

        var hurried = new BuildRegistry(new HurriedTime());
        hurried.Take("one").Set(log);
        hurried.Remove("one");
        while (await FindAsync(hurried) is null) await Task.Delay(1, Token);
        Assert.Equal("MBK2503", await FindAsync(hurried));
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

    // The code of the failure, or null when it is there.
    private static async Task<string?> FindAsync(BuildRegistry builds)
    {
        try
        {
            await builds.FindLogAsync("one", Token);
            return null;
        }
        catch (BuildException e)
        {
            return e.Code;
        }
    }
}
