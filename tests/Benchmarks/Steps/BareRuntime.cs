using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>crun with nothing around it: one overlay on the same base, mounted once, and the same command over and over.</summary>
internal sealed class BareRuntime
{
    private const string Configuration = """
        { "ociVersion": "1.0.2", "root": { "path": "root" }, "hostname": "bare",
          "process": { "args": ["/bin/sh", "-c", "true"], "cwd": "/", "env": ["PATH=/usr/bin:/bin"], "user": { "uid": 0, "gid": 0 }, "noNewPrivileges": true },
          "mounts": [
            { "destination": "/proc", "type": "proc", "source": "proc" },
            { "destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755", "size=65536k"] },
            { "destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"] },
            { "destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"] },
            { "destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"] } ],
          "linux": { "namespaces": [ { "type": "mount" }, { "type": "pid" }, { "type": "ipc" }, { "type": "uts" }, { "type": "network" } ] } }
        """;

    private readonly UnprivilegedUser _user;
    private readonly string _folder;

    private BareRuntime(UnprivilegedUser user, string folder) => (_user, _folder) = (user, folder);

    public static async Task<BareRuntime> PrepareAsync(UnprivilegedUser user, string folder, DebianBase ground)
    {
        await UnprivilegedUser.MakeAsync(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "config.json"), Configuration);
        var bare = new BareRuntime(user, folder);
        await bare.Inside($"mkdir lower upper work && tar -xf {ground.Tar} -C lower --exclude=./dev").RunAsync();
        return bare;
    }

    /// <summary>Runs <c>true</c> a number of times.</summary>
    public MeasuredCommand Run(int times) => Inside($$"""
        mount -t tmpfs tmpfs /mnt
        [ ! -d /sys/fs/cgroup/unified ] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup
        mkdir -p /mnt/bundle/root && cp config.json /mnt/bundle
        mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work,userxattr /mnt/bundle/root
        i=0
        while [ $i -lt {{times}} ]; do
            i=$((i + 1))
            crun --root /mnt/state --cgroup-manager=disabled run --bundle /mnt/bundle step$i < /dev/null
        done
        """);

    private MeasuredCommand Inside(string script) =>
        _user.Command("unshare", "--user", "--map-root-user", "--map-auto", "--mount", "--pid", "--fork", "--mount-proc", "--", "/bin/sh", "-euc", $"cd {_folder}\n{script}");
}
