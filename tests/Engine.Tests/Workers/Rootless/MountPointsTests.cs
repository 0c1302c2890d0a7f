using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class MountPointsTests
{
    [Fact]
    public void Needed_ListsWhatTheTreeMustHave()
    {
        var spec = new StepSpec
        {
            Root = "/r", Args = ["true"],
            Mounts =
            [
                new TmpfsMount("/dev/shm"), new CacheDirectory("/c", "/root/.cache"), new SecretFile("/run/secrets/a", default), new SshSocket("/s", "/run/agent"),
                new TmpfsMount("/root/.cache/inner"), new BindMount("/etc/passwd", "/etc/one", ReadOnly: true), new BindMount("/etc", "/etc/all", ReadOnly: true), new SecretFile("/etc/hosts", default),
            ],
        };
        Assert.Equal(
            [
                new("/proc", false), new("/dev", false), new("/sys", false), new("/etc/hosts", true), new("/etc/resolv.conf", true), new("/root/.cache", false),
                new("/run/secrets/a", true), new("/run/agent", true), new("/etc/one", true), new MountPoint("/etc/all", false),
            ],
            MountPoints.Needed(spec));
    }
}
