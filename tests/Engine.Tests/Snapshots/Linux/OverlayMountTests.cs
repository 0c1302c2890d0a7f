using System.Globalization;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

public sealed class OverlayMountTests
{
    [Theory, InlineData(true), InlineData(false)]
    public Task ReadOnly_OneDirectoryOrMany_CannotBeWritten(bool asRoot) => InsideProcess.RunAsync(asRoot, ReadOnlyAsync);

    [Fact]
    public Task ReadOnly_ManyLayersInALongFolder_FitIntoThePage() => InsideProcess.RunAsync(false, ManyAsync);

    [Fact]
    public Task Writable_Stubs_NeverGetIntoTheUpper() => InsideProcess.RunAsync(false, StubsAsync);

    [Fact]
    public Task Writable_MountedAgain_GoesOn() => InsideProcess.RunAsync(false, AgainAsync);

    [Fact]
    public Task Unmount_InUse_FailsAndDisposeDetaches() => InsideProcess.RunAsync(false, InUseAsync);

    private static Task ReadOnlyAsync(string folder)
    {
        var target = Make(folder, "mnt");
        foreach (var lowers in new[] { new[] { Make(folder, "a") }, [Make(folder, "b"), Make(folder, "c:,d\\e")] })
        {
            File.WriteAllText(Path.Combine(lowers[^1], "f"), "x");
            using var mount = OverlayMount.ReadOnly(target, lowers);
            Assert.Equal("x", File.ReadAllText(Path.Combine(target, "f")));
            Assert.Throws<IOException>(() => File.WriteAllText(Path.Combine(target, "new"), ""));
            mount.Unmount();
            Assert.Empty(Directory.EnumerateFileSystemEntries(target));
        }
        return Task.CompletedTask;
    }

    private static Task ManyAsync(string folder)
    {
        var place = Make(folder, string.Join('/', Enumerable.Repeat(new string('d', 200), 5)));
        var lowers = Enumerable.Range(0, 127).Select(i => Make(place, i.ToString("d24", CultureInfo.InvariantCulture) + "/fs")).ToList();
        for (var i = 0; i < lowers.Count; i++) File.WriteAllText(Path.Combine(lowers[i], $"f{i}"), "");
        foreach (var lower in lowers) File.WriteAllText(Path.Combine(lower, "top"), lower);
        var upper = Make(folder, "upper");
        using (var mount = OverlayMount.Writable(Make(folder, "mnt"), lowers, upper, Make(folder, "work")))
        {
            Assert.Equal(128, Directory.GetFiles(mount.Target).Length);
            Assert.Equal(lowers[0], File.ReadAllText(Path.Combine(mount.Target, "top")));
            mount.Unmount();
        }
        var error = Assert.Throws<SnapshotException>(() => OverlayMount.ReadOnly(Make(folder, "mnt"), [.. lowers, .. lowers, .. lowers]));
        Assert.Equal("MBK1508", error.Code);
        return Task.CompletedTask;
    }

    private static Task StubsAsync(string folder)
    {
        var (stubs, lower, upper) = (Make(folder, "stubs"), Make(folder, "lower"), Make(folder, "upper"));
        foreach (var name in new[] { "proc", "sys", "dev", "etc" }) Make(stubs, name);
        File.WriteAllText(Path.Combine(stubs, "etc/resolv.conf"), "");
        Make(lower, "etc");
        using var mount = OverlayMount.Writable(Make(folder, "mnt"), [lower, stubs], upper, Make(folder, "work"));
        using var inner = OverlayMount.Writable(Path.Combine(mount.Target, "proc"), [], Make(folder, "proc"), "");
        Assert.True(File.Exists(Path.Combine(mount.Target, "etc/resolv.conf")));
        inner.Unmount();
        mount.Unmount();
        Assert.Empty(Directory.EnumerateFileSystemEntries(upper));
        return Task.CompletedTask;
    }

    private static Task AgainAsync(string folder)
    {
        var (lower, upper, work) = (Make(folder, "lower"), Make(folder, "upper"), Make(folder, "work"));
        for (var i = 0; i < 3; i++)
        {
            using var mount = OverlayMount.Writable(Make(folder, "mnt"), [lower], upper, work);
            File.WriteAllText(Path.Combine(mount.Target, $"{i}"), "");
            mount.Unmount();
        }
        Assert.Equal(3, Directory.GetFiles(upper).Length);
        return Task.CompletedTask;
    }

    private static Task InUseAsync(string folder)
    {
        var lower = Make(folder, "lower");
        File.WriteAllText(Path.Combine(lower, "f"), "x");
        var mount = OverlayMount.Writable(Make(folder, "mnt"), [lower], Make(folder, "upper"), Make(folder, "work"));
        using (var open = File.OpenText(Path.Combine(mount.Target, "f")))
        {
            Assert.Equal("MBK1508", Assert.Throws<SnapshotException>(mount.Unmount).Code);
            mount.Dispose();
            Assert.Empty(Directory.EnumerateFileSystemEntries(mount.Target));
            Assert.Equal("x", open.ReadToEnd());
        }
        Assert.Equal("MBK1508", Assert.Throws<SnapshotException>(() => OverlayMount.ReadOnly(mount.Target, [Path.Combine(folder, "missing")])).Code);
        return Task.CompletedTask;
    }

    private static string Make(string folder, string name) => Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
}
