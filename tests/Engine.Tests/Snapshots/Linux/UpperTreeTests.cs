using System.Net.Sockets;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.TestKit;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

public sealed class UpperTreeTests
{
    private const string Base = """
        umask 022
        mkdir -p bin etc/conf.d usr/share/doc usr/lib keep/in/here swap/a wipe/x tmp home/u; cp /bin/busybox bin/busybox; ln bin/busybox bin/sh; ln -s busybox bin/ls
        for i in 1 2 3; do echo $i > etc/conf.d/$i; echo doc > usr/share/doc/$i; echo w > wipe/$i; done; echo deep > keep/in/here/f; echo s > swap/a/f; echo f > swapfile; ln -s keep swaplink
        chown -R 1:1 .; chown 1001:1001 home/u; find . -depth -exec touch -h -d @1000000000 {} +
        """;

    private const string Change = """
        umask 022
        echo more >> etc/conf.d/1; rm etc/conf.d/2; rm -r usr/share; mkdir -p opt/new/deep; echo n > opt/new/deep/f; ln opt/new/deep/f opt/new/second; ln opt/new/deep/f opt/again
        rm -r swap; echo file > swap; rm swapfile; mkdir swapfile; echo in > swapfile/f; rm swaplink; mkdir swaplink; echo in > swaplink/f; rm -r wipe; mkdir wipe; echo only > wipe/only; mkdir wipe/x
        chmod 700 home/u; touch keep/in/here/f; cat bin/busybox >> bin/busybox2; chmod 4711 bin/busybox2; mkfifo opt/pipe; ln -s ../opt opt/link; mv etc/conf.d/3 etc/moved
        truncate -s 2M opt/holes; echo end >> opt/holes; : > opt/empty; rm bin/ls; ln -s elsewhere bin/ls
        find . -xdev -uid 0 -exec chown -h 1:1 {} +; chown 34:35 opt/holes; chmod 6755 opt/holes
        find . -xdev -depth -newermt @1500000000 -exec touch -h -d @1600000000 {} +
        """;

    [Theory, InlineData(true), InlineData(false)]
    public Task Read_ChangesThroughAnOverlay_MakeALayerThatMakesTheSameTree(bool asRoot) => InsideProcess.RunAsync(asRoot, RoundTripAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Read_LayersThatUmociUnpacks_AreTheSameTree(bool asRoot) => InsideProcess.RunAsync(asRoot, CompareWithUmociAsync);

    [Fact]
    public Task Read_WithoutAnythingBelow_IsTheWholeTree() => InsideProcess.RunAsync(false, ReadAloneAsync);

    [Fact]
    public Task Read_WhatIsNoChange_IsLeftOut() => InsideProcess.RunAsync(false, ReadUnchangedAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task Read_Attributes_AreThoseOfImages(bool asRoot) => InsideProcess.RunAsync(asRoot, ReadAttributesAsync);

    [Fact]
    public Task Read_FileThatChangesMeanwhile_IsRefused() => InsideProcess.RunAsync(false, ReadChangedAsync);

    [Fact]
    public Task Read_NameOfARemoval_IsExplained() => InsideProcess.RunAsync(false, ReadWhiteoutNameAsync);

    [Fact]
    public Task Read_Times_AreNotAfterTheLatest() => InsideProcess.RunAsync(false, ReadLatestAsync);

    private static async Task RoundTripAsync(string folder)
    {
        var (lowers, upper) = (new List<string>(), await ChangeAsync(folder, Base, Change));
        lowers.Add(Path.Combine(folder, "lower"));
        var expected = await Trees.ShowAsync(folder, [upper, .. lowers]);

        await using var store = new LocalContentStore(Path.Combine(folder, "store"));
        var layer = await WriteAsync(folder, upper, lowers, store);
        Assert.Equal(layer.DiffId, (await WriteAsync(folder, upper, lowers, store)).DiffId);
        var again = Directory.CreateDirectory(Path.Combine(folder, "again")).FullName;
        using (var mount = OverlayMount.Writable(Directory.CreateDirectory(Path.Combine(folder, "mnt")).FullName, lowers, again, Directory.CreateDirectory(Path.Combine(folder, "work2")).FullName))
        await using (var blob = store.Find(layer.Blob.Digest)!)
        {
            await new LayerApplier(1).ApplyAsync(blob, Compression.Gzip, layer.DiffId, mount.Target, isBottom: false, default);
            mount.Unmount();
        }
        Assert.Equal(expected, await Trees.ShowAsync(folder, [again, .. lowers]));

        // GNU tar sees the names, with removals as files.
        await using (var blob = store.Find(layer.Blob.Digest)!)
        await using (var file = File.Create(Path.Combine(folder, "layer.tgz"))) await blob.CopyToAsync(file);
        var names = (await Trees.ShellAsync(folder, "tar -tzf layer.tgz")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var name in new[] { "etc/conf.d/.wh.2", "usr/.wh.share", "wipe/.wh.1", "wipe/.wh.2", "wipe/.wh.3", "wipe/", "wipe/x/", "wipe/only", "swap", "swapfile/f", "bin/busybox2", "opt/again", "etc/conf.d/.wh.3", "etc/moved", "home/u/" }) Assert.Contains(name, names);
        foreach (var name in new[] { "usr/lib/", "tmp/", "etc/conf.d/3", "bin/busybox", "wipe/.wh.x", "wipe/.wh..wh..opq", "opt/.wh..wh..opq", "swapfile/.wh..wh..opq" }) Assert.DoesNotContain(name, names);
    }

    private static async Task CompareWithUmociAsync(string folder)
    {
        var (upper, lower) = (await ChangeAsync(folder, Base, Change), Path.Combine(folder, "lower"));
        await using var store = new LocalContentStore(Path.Combine(folder, "store"));
        using var tree = RootedTree.Open(lower);
        Layer[] layers = [await LayerWriter.WriteAsync(new UpperTree(tree, null, 1, null).Read(), store, new LayerOptions(), "", default), await WriteAsync(folder, upper, [lower], store)];
        var layout = Path.Combine(folder, "layout");
        foreach (var layer in layers) HostileImage.Put(layout, MediaTypes.OciLayerGzip, File.ReadAllBytes(store.PathOf(layer.Blob.Digest)));
        var diffIds = string.Join(',', layers.Select(l => $"\"{l.DiffId}\""));
        var manifest = HostileImage.WriteWith(layout, [.. layers.Select(l => l.Blob)], $$$"""{"os":"linux","architecture":"amd64","config":{},"rootfs":{"type":"layers","diff_ids":[{{{diffIds}}}]}}""");
        File.WriteAllBytes(Path.Combine(layout, "index.json"), OciJson.Write(new ImageIndex { Manifests = [manifest with { Annotations = new Dictionary<string, string> { ["org.opencontainers.image.ref.name"] = "t" } }] }));
        File.WriteAllText(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");

        (await Command.RunAsync(RealTool.Find("umoci"), ["unpack", "--uid-map", "0:1:65534", "--gid-map", "0:1:65534", "--image", layout + ":t", Path.Combine(folder, "bundle")])).Succeeded();
        Assert.Equal(await Trees.ShowAsync(folder, [upper, lower]), await Trees.ShowAsync(Path.Combine(folder, "bundle/rootfs")));
    }

    private static async Task ReadAloneAsync(string folder)
    {
        var source = Directory.CreateDirectory(Path.Combine(folder, "source")).FullName;
        await Trees.ShellAsync(source, Base);
        using var tree = RootedTree.Open(source);
        await using var store = new LocalContentStore(Path.Combine(folder, "store"));
        var layer = await LayerWriter.WriteAsync(new UpperTree(tree, null, 1, null).Read(), store, new LayerOptions(), "", default);
        var copy = Directory.CreateDirectory(Path.Combine(folder, "copy")).FullName;
        await using var blob = store.Find(layer.Blob.Digest)!;
        await new LayerApplier(1).ApplyAsync(blob, Compression.Gzip, layer.DiffId, copy, isBottom: true, default);
        Assert.Equal(await Trees.ShowAsync(source), await Trees.ShowAsync(copy));
    }

    private static async Task ReadUnchangedAsync(string folder)
    {
        var upper = await ChangeAsync(folder, "mkdir -p a/b/c d; : > a/b/c/f; : > d/f; chown -R 1:1 .; setfattr -n user.x -v 1 a 2> /dev/null || true",
            ": > a/b/c/new; rm a/b/c/new; mkdir x; rmdir x; mkdir -p a/b/y; rmdir a/b/y; chmod 700 d; chmod 755 d; : > d/tmp; rm d/tmp; mv d/f d/t; mv d/t d/f; cp -a a/b/c/f a/b/c/t; mv a/b/c/t a/b/c/f");
        Assert.NotEmpty(Directory.EnumerateFileSystemEntries(upper));
        Assert.Empty(await NamesAsync(folder, upper));
    }

    private static async Task ReadAttributesAsync(string folder)
    {
        var upper = await ChangeAsync(folder, "mkdir d; : > d/f; chown -R 1:1 .", ": > d/f; : > d/mine; chown 43:43 d/f");
        byte[] ofNamespace = [1, 0, 0, 3, 0, 0x24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
        using (var tree = RootedTree.Open(upper))
        {
            Assert.True(tree.TrySetXattr("d/f", "security.capability", ofNamespace));
            Assert.True(tree.TrySetXattr("d/f", "user.some", [1, 2]));
            Assert.True(tree.TrySetXattr("d/f", "user.overlay.origin", [1]));
        }
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)) socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(upper, "d/s")));
        using var read = RootedTree.Open(upper);
        using var lower = RootedTree.Open(Path.Combine(folder, "lower"));
        var entries = new UpperTree(read, lower, 1, null).Read().ToDictionary(e => e.Path);
        Assert.Equal(["d", "d/f", "d/mine"], entries.Keys);
        Assert.Equal((42, 42), (entries["d/f"].Uid, entries["d/f"].Gid));
        Assert.Equal((0, 0), (entries["d/mine"].Uid, entries["d/mine"].Gid));
        Assert.Equal(["security.capability", "user.some"], entries["d/f"].Xattrs!.Keys.Order());
        // Version 2, which holds wherever the image is unpacked.
        Assert.Equal([1, 0, 0, 2, .. ofNamespace[4..20]], entries["d/f"].Xattrs!["security.capability"]);
    }

    private static async Task ReadChangedAsync(string folder)
    {
        await Trees.ShellAsync(folder, "mkdir u; echo one > u/a; echo two > u/b; echo same > u/c");
        using var tree = RootedTree.Open(Path.Combine(folder, "u"));
        var entries = new UpperTree(tree, null, 1, null).Read().ToList();
        await Trees.ShellAsync(folder, "echo other > u/a; mv u/c u/b");
        foreach (var entry in entries.Take(2)) Assert.Equal("MBK1501", Assert.Throws<SnapshotException>(() => entry.Open!()).Code);
        await Trees.ShellAsync(folder, "rm u/b; ln -s /etc/passwd u/b");
        Assert.Equal("MBK1505", Assert.Throws<SnapshotException>(() => entries[1].Open!()).Code);
    }

    private static async Task ReadWhiteoutNameAsync(string folder)
    {
        await Trees.ShellAsync(folder, "mkdir -p u/d; : > u/d/.wh.passwd");
        Assert.Equal("MBK1510", (await Assert.ThrowsAsync<SnapshotException>(() => NamesAsync(folder, Path.Combine(folder, "u"), "u"))).Code);
    }

    private static async Task ReadLatestAsync(string folder)
    {
        await Trees.ShellAsync(folder, "mkdir u; touch -d @1000 u/old; touch -d @2000000000 u/new; touch -d @-5 u/ancient");
        using var tree = RootedTree.Open(Path.Combine(folder, "u"));
        Assert.Equal([("ancient", -5), ("new", 1_500_000_000L), ("old", 1000)], new UpperTree(tree, null, 1, 1_500_000_000).Read().Select(e => (e.Path, e.ModifiedSeconds)));
    }

    // What came with its time keeps it; what is made meanwhile has none.
    [Fact]
    public void Of_TimesThatAreKept_AreThoseBeforeTheRest()
    {
        Assert.Equal([5, 90, 10, 10], new long[] { 5, 90, 100, 200 }.Select(new EntryTimes(10, KeptBefore: 100).Of));
        Assert.Equal([5, 10, 10], new long[] { 5, 90, 100 }.Select(new EntryTimes(10).Of));
    }

    // Leaves what a script changed in another's tree; the upper directory.
    private static async Task<string> ChangeAsync(string folder, string start, string change)
    {
        foreach (var name in new[] { "lower", "upper", "work", "mnt" }) Directory.CreateDirectory(Path.Combine(folder, name));
        await Trees.ShellAsync(Path.Combine(folder, "lower"), start);
        using var mount = OverlayMount.Writable(Path.Combine(folder, "mnt"), [Path.Combine(folder, "lower")], Path.Combine(folder, "upper"), Path.Combine(folder, "work"));
        await Trees.ShellAsync(mount.Target, change);
        mount.Unmount();
        return Path.Combine(folder, "upper");
    }

    private static async Task<Layer> WriteAsync(string folder, string upper, IReadOnlyList<string> lowers, LocalContentStore store)
    {
        using var mount = OverlayMount.ReadOnly(Directory.CreateDirectory(Path.Combine(folder, "below")).FullName, lowers);
        using var lower = RootedTree.Open(mount.Target);
        using var tree = RootedTree.Open(upper);
        return await LayerWriter.WriteAsync(new UpperTree(tree, lower, 1, null).Read(), store, new LayerOptions(), "", default);
    }

    private static Task<List<string>> NamesAsync(string folder, string upper, string below = "lower")
    {
        using var lower = RootedTree.Open(Path.Combine(folder, below));
        using var tree = RootedTree.Open(upper);
        return Task.FromResult(new UpperTree(tree, lower, 1, null).Read().Select(e => e.Path).ToList());
    }
}
