using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

/// <summary>The same writes on the same layers, with each way to have a tree.</summary>
public sealed class SnapshotterTests
{
    private const string Ground = """
        mkdir -p d/sub e; echo a > a; ln a b; echo x > d/x; echo y > d/sub/y; echo z > e/z; ln -s a l; mkfifo p; echo keep > keep; mkdir empty; echo .h > .hidden
        """;

    private static readonly string[] s_scripts =
    [
        "rm l .hidden; rm -r e; echo new > n",
        "rm -r d; mkdir d; echo n > d/n; rmdir empty; mkdir empty",
        "mv e f; mv keep kept",
        "chmod 600 keep; chown 7:8 d; chmod 4755 d/x; chmod 644 d/sub/y",
        "ln keep again; mkfifo q; ln -s nowhere s; rm p; mkdir p",
        "touch -d @5 keep; cp -a d copy; echo more >> d/x; rm d/sub/y",
        "echo tmp > tmp; rm tmp; printf k >> keep; mkdir -p a.d/b/c",
        "mv keep t; mv t keep; mv d/x d/t; mv d/t d/x; cp -a a c; mv c a; mv d/sub/y y; ln y d/sub/y",
        "python3 -c 'import os; os.setxattr(\"keep\", \"user.k\", b\"v\")' 2>/dev/null || true; rm -r d/sub; echo file > d/sub",
    ];

    [Fact]
    public Task ReadChanges_SameWrites_AreTheSameLayerWithEach() => InsideProcess.RunAsync(false, SameAsync);

    [Fact]
    public Task MountWritable_SecondNameOfAFileBelow_IsAFileOfItsOwnAndTheSnapshotStays() => InsideProcess.RunAsync(false, NamesAsync);

    [Fact]
    public Task Choose_WithAMemory_TriesTheBestOnceInOnePlaceAndOthersAlways() => InsideProcess.RunAsync(false, RememberAsync, "mkdir l u w m; mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr m");

    [Fact]
    public Task Choose_StoreIsOnAnOverlay_IsTheProgramWithTheSameLayers() => InsideProcess.RunAsync(false, OnAnOverlayAsync, "mkdir l u w m; mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr m");

    [Fact]
    public Task Choose_ThereTooAndTheDeviceIsClosed_IsCopies() =>
        InsideProcess.RunAsync(false, DeviceClosedAsync, "mkdir l u w m; mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr m; mount --bind /dev/fuse /dev/fuse; mount -o remount,bind,nodev /dev/fuse");

    private static async Task OnAnOverlayAsync(string folder)
    {
        var place = Path.Combine(folder, "m");
        Assert.Equal(FuseOverlaySnapshotter.Kind, Snapshotters.Choose(Snapshotters.Auto, place, n => RealTool.Find(n)).Name);
        Assert.Equal(NativeSnapshotter.Kind, Snapshotters.Choose(Snapshotters.Auto, place, _ => null).Name);
        Assert.Equal("MBK1511", Assert.Throws<SnapshotException>(() => Snapshotters.Choose(OverlaySnapshotter.Kind, place, _ => null)).Code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(place));
        await CompareAsync([(folder, OverlaySnapshotter.Kind), (place, FuseOverlaySnapshotter.Kind), (place, NativeSnapshotter.Kind)]);
    }

    private static Task RememberAsync(string folder)
    {
        var (file, place, other) = (Path.Combine(folder, "memory"), Path.Combine(folder, "place"), Path.Combine(folder, "m"));
        var memory = new SnapshotterMemory(file);
        Directory.CreateDirectory(place);
        Assert.False(memory.Has(OverlaySnapshotter.Kind, place));
        Assert.Equal(OverlaySnapshotter.Kind, Choose(place));
        Assert.True(memory.Has(OverlaySnapshotter.Kind, place));
        // Nothing is made in what cannot be written to, so what is chosen was remembered.
        File.SetUnixFileMode(place, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var before = Directory.GetLastWriteTimeUtc(place);
        Assert.Equal(OverlaySnapshotter.Kind, Choose(place));
        Assert.Equal(before, Directory.GetLastWriteTimeUtc(place));

        Assert.False(memory.Has(NativeSnapshotter.Kind, place));
        Assert.False(memory.Has(OverlaySnapshotter.Kind, other));
        Assert.NotEqual(OverlaySnapshotter.Kind, Choose(other));
        Assert.DoesNotContain(new[] { FuseOverlaySnapshotter.Kind, NativeSnapshotter.Kind }, n => memory.Has(n, other));
        File.WriteAllText(file, File.ReadAllText(file).Replace(File.ReadAllText("/proc/sys/kernel/random/boot_id"), "another run\n", StringComparison.Ordinal));
        Assert.False(memory.Has(OverlaySnapshotter.Kind, place));
        return Task.CompletedTask;

        string Choose(string where) => Snapshotters.Choose(Snapshotters.Auto, where, n => RealTool.Find(n), memory: memory).Name;
    }

    private static Task DeviceClosedAsync(string folder)
    {
        var refused = new List<string>();
        Assert.Equal(NativeSnapshotter.Kind, Snapshotters.Choose(Snapshotters.Auto, Path.Combine(folder, "m"), n => RealTool.Find(n), (name, fault) => refused.Add($"{name}: {fault.Message}")).Name);
        Assert.Equal(2, refused.Count);
        Assert.Equal("fuse-overlayfs: A tree cannot be mounted with fuse-overlayfs: '/dev/fuse' cannot be opened. As root, run 'chmod 666 /dev/fuse', as udev would have it.", refused[1]);
        return Task.CompletedTask;
    }

    private static Task SameAsync(string folder) => CompareAsync([.. Snapshotters.Names.Select(n => (folder, n))]);

    private static async Task CompareAsync(IReadOnlyList<(string Place, string Name)> ways)
    {
        foreach (var (script, number) in s_scripts.Select((s, i) => (s, i)))
        {
            var made = new List<string>();
            foreach (var (place, name) in ways) made.Add(await RunAsync(Path.Combine(place, $"{number}-{name}"), name, [Ground, script]));
            Assert.NotEmpty(made[0]);
            foreach (var other in made.Skip(1)) Assert.Equal(made[0], other);
        }
    }

    private static async Task NamesAsync(string folder)
    {
        var made = new List<string>();
        foreach (var name in new[] { OverlaySnapshotter.Kind, NativeSnapshotter.Kind }) made.Add(await RunAsync(Path.Combine(folder, name), name, [Ground, "echo more >> a", "cat b > seen; rm b"]));
        Assert.Equal(made[0], made[1]);
    }

    // Steps on top of one another; what the last one's layer says.
    private static async Task<string> RunAsync(string folder, string name, IReadOnlyList<string> scripts)
    {
        await using var blobs = new LocalContentStore(Path.Combine(folder, "store"));
        var store = new SnapshotStore(Path.Combine(folder, "snapshots"), blobs, new KeyLocks(Path.Combine(folder, "locks")), Trees.Shift,
            place => Snapshotters.Choose(name, place, n => RealTool.Find(n)));
        var stub = Directory.CreateDirectory(Path.Combine(folder, "stubs/proc")).Parent!.FullName;
        var stack = await store.EnsureAsync([], default);
        var text = "";
        foreach (var (script, number) in scripts.Select((s, i) => (s, i)))
        {
            using var draft = store.Begin(stack);
            using (var mount = draft.Mount(draft.Target, stub))
            {
                await Trees.ShellAsync(mount.Target, script);
                mount.Unmount();
            }
            text = string.Concat(draft.Snapshotter.ReadChanges(draft, Trees.Shift, 1000).Select(Line));
            var next = await store.KeepAsync(draft, Digest.Of(BitConverter.GetBytes(number)), default);
            stack.Dispose();
            stack = next;
        }
        stack.Dispose();
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(folder, "snapshots/staging")));
        return text;
    }

    private static string Line(TreeEntry entry)
    {
        using var content = entry.Open?.Invoke();
        var xattrs = string.Join(',', (entry.Xattrs ?? new Dictionary<string, byte[]>()).Select(x => $"{x.Key}={Convert.ToHexString(x.Value)}"));
        return $"{entry.Type} {entry.Path} {Convert.ToString(entry.Mode, 8)} {entry.Uid}:{entry.Gid} {entry.ModifiedSeconds} {entry.Link} {xattrs} {(content is null ? "" : Convert.ToHexString(SHA256.HashData(content))[..8])}\n";
    }
}
