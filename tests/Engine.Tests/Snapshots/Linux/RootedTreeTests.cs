using System.Text;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.Engine.Tests.Namespaces;
using MsBuildKit.TestKit.Archives;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

public sealed class RootedTreeTests
{
    [Theory, InlineData(true), InlineData(false)]
    public Task EveryOperation_StaysInsideTheRoot(bool asRoot) => InsideProcess.RunAsync(asRoot, StayInsideAsync);

    [Fact]
    public Task Locate_ManyWays_IsOnePlace() => InsideProcess.RunAsync(false, LocateAsync);

    [Fact]
    public Task MakeDirectories_LinksThatLeadNowhere_AreFollowedInside() => InsideProcess.RunAsync(false, MakeDirectoriesAsync);

    [Theory, InlineData(true), InlineData(false)]
    public Task RemoveTree_WhateverIsInIt_GoesAndNothingElse(bool asRoot) => InsideProcess.RunAsync(asRoot, RemoveAsync);

    [Fact]
    public Task RemoveTree_SomethingIsMountedInIt_Fails() => InsideProcess.RunAsync(false, RemoveMountedAsync);

    [Fact]
    public Task List_NameThatIsNoText_IsExplained() => InsideProcess.RunAsync(false, ListAsync);

    // reliability B1
    [Fact]
    public Task OpenTarget_ALinkIsPutInItsPlace_HoldsWhatWasThere() => InsideProcess.RunAsync(false, HoldAsync);

    private static async Task StayInsideAsync(string folder)
    {
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        Environment.CurrentDirectory = outside.Root;
        Directory.CreateDirectory(Path.Combine(folder, "root"));
        using var tree = RootedTree.Open(Path.Combine(folder, "root"));
        var climb = "../../../../../../../.." + outside.Root;
        tree.MakeSymlink("abs", outside.Root);
        tree.MakeSymlink("rel", climb);
        tree.MakeSymlink("self", "/proc/self/cwd");
        tree.MakeSymlink("file", outside.Root + "/canary");
        foreach (var way in new[] { "abs", "rel", "self", climb, outside.Root[1..], ".." })
        {
            var canary = way + "/canary";
            Assert.Null(tree.Find(canary));
            Assert.Null(tree.FindTarget(canary));
            foreach (var attempt in new Action[]
            {
                () => tree.Read(canary), () => tree.OpenFile(canary).Dispose(), () => tree.List(way + "/etc"), () => tree.ReadLink(canary), () => tree.MakeDirectory(way + "/made"), () => tree.MakeSymlink(way + "/made", "x"),
                () => tree.MakeFifo(way + "/made"), () => tree.MakeLink("linked", canary), () => tree.MakeLink(way + "/made", "file"), () => tree.SetMode(canary, 0), () => tree.SetOwner(canary, 1, 1),
                () => tree.SetModified(canary, 0), () => tree.TrySetXattr(canary, "user.x", [1]), () => tree.RemoveXattr(canary, "user.x"), () => tree.WriteFileAsync(way + "/made", new MemoryStream([1]), default).GetAwaiter().GetResult(),
            })
                // The parent of the root is the root, as after a chroot: there something may be made.
                if (way != "..") Assert.Throws<SnapshotException>(attempt);
            tree.RemoveTree(canary);
        }
        // The last component is never followed.
        tree.SetMode("file", 0b111_111_111);
        tree.SetOwner("file", 7, 7);
        tree.SetModified("file", 7);
        tree.TrySetXattr("file", "user.x", [1]);
        Assert.Throws<SnapshotException>(() => tree.OpenFile("file").Dispose());
        await Assert.ThrowsAsync<SnapshotException>(() => tree.WriteFileAsync("file", new MemoryStream([1]), default));
        Assert.Throws<SnapshotException>(() => tree.List("abs"));
        tree.MakeLink("second", "file");
        Assert.True(tree.Read("second").IsSameFile(tree.Read("file")));
        Assert.Equal((7u, 7L), (tree.Read("file").Uid, tree.Read("file").ModifiedSeconds));
        tree.RemoveTree("abs");
        tree.RemoveTree("file");
        // Made where the link leads from inside.
        tree.MakeDirectories("rel/made", path => tree.MakeDirectory(path));
        Assert.True(Directory.Exists(Path.Combine(folder, "root" + outside.Root, "made")));
        foreach (var name in new[] { "a/..", "..", ".", "a/.", "a/", "a\0b" }) Assert.Throws<SnapshotException>(() => tree.MakeFifo(name));
        Assert.True(outside.IsIntact);
        Assert.Equal("", await Trees.ShellAsync(folder, "find outside -type f -links +1"));
    }

    private static Task LocateAsync(string folder)
    {
        using var tree = RootedTree.Open(folder);
        tree.MakeDirectories("a/b", path => tree.MakeDirectory(path));
        tree.MakeSymlink("l", "/a/b");
        tree.MakeSymlink("a/up", "..");
        foreach (var path in new[] { "a/b/x", "l/x", "a/up/l/x", "a/b/../b/x", "../../a/b/x" }) Assert.Equal("a/b/x", tree.Locate(path));
        Assert.Equal("x", tree.Locate("a/up/x"));
        Assert.Equal("l", tree.Locate("l"));
        return Task.CompletedTask;
    }

    private static Task MakeDirectoriesAsync(string folder)
    {
        using var tree = RootedTree.Open(folder);
        tree.MakeSymlink("a", "/b/./c//");
        tree.MakeSymlink("circle", "other");
        tree.MakeSymlink("other", "circle/x");
        tree.MakeDirectories("a/d", path => tree.MakeDirectory(path));
        Assert.True(Directory.Exists(Path.Combine(folder, "b/c/d")));
        Assert.Equal("MBK1505", Assert.Throws<SnapshotException>(() => tree.MakeDirectories("circle/d", path => tree.MakeDirectory(path))).Code);
        File.WriteAllText(Path.Combine(folder, "f"), "");
        Assert.Equal("MBK1505", Assert.Throws<SnapshotException>(() => tree.MakeDirectories("f/d", path => tree.MakeDirectory(path))).Code);
        tree.MakeDirectories("f/d", path => tree.MakeDirectory(path), replace: true);
        return Task.CompletedTask;
    }

    private static async Task RemoveAsync(string folder)
    {
        var outside = new Sentinel(Path.Combine(folder, "outside"));
        var root = Directory.CreateDirectory(Path.Combine(folder, "root")).FullName;
        await Trees.ShellAsync(root, $"""
            mkdir -p x/a/b x/closed/in; ln -s '{outside.Root}' x/a/link; ln -s '{outside.Root}' x/l; mkfifo x/p; printf x > x/closed/in/f; printf x > "x/$(printf 'no\377text')"
            chown -R 5:5 x/closed; chmod 0 x/closed/in x/closed
            """);
        // Deeper than a path can say and than a process may have files open.
        await Trees.ShellAsync(root, "cd x; p=$(printf 'd/%.0s' $(seq 1900)); mkdir -p $p e/$p f/$p; mv e $p; mv d f/$p");
        using var tree = RootedTree.Open(root);
        tree.RemoveTree("x/missing/y");
        tree.RemoveTree("x/l");
        tree.RemoveTree("x");
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        Assert.True(outside.IsIntact);
    }

    private static Task HoldAsync(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "root/sub/inside"));
        var outside = Directory.CreateDirectory(Path.Combine(folder, "outside")).FullName;
        using var tree = RootedTree.Open(Path.Combine(folder, "root"));
        tree.MakeSymlink("link", outside);
        Assert.Null(tree.OpenTarget("link"));
        using var held = tree.OpenTarget("sub")!;
        Directory.Move(Path.Combine(folder, "root/sub"), Path.Combine(folder, "root/moved"));
        tree.MakeSymlink("sub", outside);
        Assert.True(Directory.Exists(Kernel.PathTo(held) + "/inside"));
        Assert.Null(tree.OpenTarget("sub"));
        return Task.CompletedTask;
    }

    private static Task RemoveMountedAsync(string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "x/y"));
        Directory.CreateDirectory(Path.Combine(folder, "other/kept"));
        using var mount = OverlayMount.ReadOnly(Path.Combine(folder, "x/y"), [Path.Combine(folder, "other")]);
        using var writable = OverlayMount.Writable(Path.Combine(folder, "x/y"), [], Path.Combine(folder, "other"), "");
        using var tree = RootedTree.Open(folder);
        Assert.Throws<SnapshotException>(() => tree.RemoveTree("x"));
        Assert.True(Directory.Exists(Path.Combine(folder, "other/kept")));
        return Task.CompletedTask;
    }

    private static async Task ListAsync(string folder)
    {
        await Trees.ShellAsync(folder, "mkdir d; : > \"d/$(printf 'no\\377text')\"");
        using var tree = RootedTree.Open(folder);
        Assert.Equal("MBK1510", Assert.Throws<SnapshotException>(() => tree.List("d")).Code);
    }
}
