using System.Net.Sockets;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class FolderWalkTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_WithoutAFilter_TakesEverythingAsItIs()
    {
        Write("a/b/f", mode: 0b100_110_100_000);
        Directory.CreateDirectory(_folder["empty"]);
        File.SetUnixFileMode(_folder["empty"], (UnixFileMode)0b001_111_111_111);
        File.CreateSymbolicLink(_folder["l"], "../out");
        File.CreateSymbolicLink(_folder["a/d"], "b");
        Assert.Equal(["d a 755", "d a/b 755", "d empty 1777", "f a/b/f 4640", "l a/d b", "l l ../out"], Walk());
    }

    // Rules of moby/patternmatcher, as BuildKit's transfer applies them to a walk.
    [Theory]
    [InlineData("", "a/1 a/b/2 a/b/3.md c.md d/4")]
    [InlineData("a", "c.md d/4")]
    [InlineData("a/", "c.md d/4")]
    [InlineData("./a", "c.md d/4")]
    [InlineData("/a", "a/1 a/b/2 a/b/3.md c.md d/4")]
    [InlineData("a/b", "a/1 c.md d/4")]
    [InlineData("*", "")]
    [InlineData("**", "")]
    [InlineData("*.md", "a/1 a/b/2 a/b/3.md d/4")]
    [InlineData("**/*.md", "a/1 a/b/2 d/4")]
    [InlineData("*/*.md", "a/1 a/b/2 a/b/3.md c.md d/4")]
    [InlineData("a/*/3.md", "a/1 a/b/2 c.md d/4")]
    [InlineData("a/**", "c.md d/4")]
    [InlineData("**/b", "a/1 c.md d/4")]
    [InlineData("?", "c.md")]
    [InlineData("[ad]", "c.md")]
    [InlineData("[^a]", "a/1 a/b/2 a/b/3.md c.md")]
    [InlineData(@"\a", "a/1 a/b/2 a/b/3.md c.md d/4")]
    [InlineData("a|!a/b", "a/b/2 a/b/3.md c.md d/4")]
    [InlineData("!a/b|a", "c.md d/4")]
    [InlineData("a|!a/b|a/b/2", "a/b/3.md c.md d/4")]
    [InlineData("*|!a/b/3.md", "a/b/3.md")]
    [InlineData("*|!**/*.md", "a/b/3.md c.md")]
    [InlineData("**|!*.md", "c.md")]
    [InlineData("*|!a/*", "a/1 a/b/2 a/b/3.md")]
    [InlineData("*|!nothing", "")]
    [InlineData("A", "a/1 a/b/2 a/b/3.md c.md d/4")]
    [InlineData(" a | |", "c.md d/4")]
    public void Run_Excludes_LeaveOut(string patterns, string expected)
    {
        foreach (var path in new[] { "a/1", "a/b/2", "a/b/3.md", "c.md", "d/4" }) Write(path);
        Assert.Equal(expected, string.Join(' ', Files(exclude: patterns.Split('|'))));
    }

    [Theory]
    [InlineData("a/b", "d a, d a/b, f a/b/2")]
    [InlineData("a/*", "d a, d a/b, f a/1, f a/b/2")]
    [InlineData("**/2", "d a, d a/b, f a/b/2")]
    [InlineData("c", "f c")]
    [InlineData("gone", "")]
    [InlineData("a|!a/b", "d a, f a/1")]
    public void Run_Includes_TakeWithTheFoldersAbove(string patterns, string expected)
    {
        foreach (var path in new[] { "a/1", "a/b/2", "c", "x/y/z" }) Write(path);
        Assert.Equal(expected, string.Join(", ", Walk(include: patterns.Split('|')).Select(l => l[..l.LastIndexOf(' ')])));
    }

    [Fact]
    public void Run_WhatIsExcluded_IsNeitherEnteredNorLookedAt()
    {
        Write("shut/x");
        Write("kept/y");
        File.CreateSymbolicLink(_folder["kept/odd\uFFFD"], "x");
        _ = Walk(exclude: ["shut"]);
        var before = Directory.GetLastAccessTimeUtc(_folder["shut"]).AddYears(-1);
        Directory.SetLastAccessTimeUtc(_folder["shut"], before);
        Assert.DoesNotContain(Walk(exclude: ["shut", "!kept/z"]), l => l.Contains("shut", StringComparison.Ordinal));
        Assert.Equal(before, Directory.GetLastAccessTimeUtc(_folder["shut"]));
    }

    [Fact]
    public void Run_FollowedPaths_TakeWhatLinksLeadToInside()
    {
        Write("real/deep/f");
        Write("other/g");
        Write("not/h");
        Write("etc/passwd");
        File.CreateSymbolicLink(_folder["l"], "real");
        File.CreateSymbolicLink(_folder["real/up"], "/other");
        File.CreateSymbolicLink(_folder["out"], "../../../etc");
        File.CreateSymbolicLink(_folder["loop"], "loop");
        Assert.Equal(["l", "real/deep/f"], Files(follow: ["l/deep"]));
        Assert.Equal(["l", "other/g", "real/up"], Files(follow: ["/l/up/g"]));
        Assert.Equal(["etc/passwd", "out"], Files(follow: ["out/passwd"]));
        Assert.Equal(["loop"], Files(follow: ["loop/x"]));
        Assert.Equal(["etc/passwd", "l", "loop", "out", "real/deep/f", "real/up"], Files(follow: ["[lo]*", "etc"]).Except(["other/g"]));
        Assert.Equal(["not/h"], Files(follow: ["not/gone/../h"]));
        Assert.Contains("not/h", Files(follow: ["l", "/"]));
    }

    [Fact]
    public void Run_SocketsAndPipes_AreLeftOut()
    {
        Write("f");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder["s"]));
        Assert.Equal(["f"], Files());
    }

    [Fact]
    public void Run_NameThatIsNoUtf8_IsAnErrorUnlessItIsLeftOut()
    {
        Write("a/f");
        Shell($"printf x > '{_folder["a"]}/'$(printf 'b\\377')");
        var error = Assert.Throws<SessionException>(() => Walk());
        Assert.Equal("MBK1822", error.Code);
        Assert.Contains(_folder["a"], error.Message);
        Assert.Equal(["a/f"], Files(exclude: ["a/b*"]));
        // The framework could not remove it.
        Shell($"rm -r '{_folder["a"]}'");
        // One that says what stands for such bytes is a name like any other.
        Write("odd\uFFFD");
        Assert.Equal(["odd\uFFFD"], Files());
    }

    [Fact]
    public void Run_FolderThatIsNotThere_SaysWhich()
    {
        var error = Assert.Throws<SessionException>(() => FolderWalk.Run("context", _folder["gone"], FolderFilter.None, 0, default));
        Assert.Equal("MBK1820", error.Code);
        Assert.Contains("gone", error.Message);
        Write("file");
        Assert.Equal("MBK1820", Assert.Throws<SessionException>(() => FolderWalk.Run("context", _folder["file"], FolderFilter.None, 0, default)).Code);
    }

    [Theory]
    [InlineData("[a")]
    [InlineData("!")]
    [InlineData(@"a\")]
    public void Run_PatternThatMakesNoSense_IsRefused(string pattern)
    {
        Assert.Equal("MBK1821", Assert.Throws<SessionException>(() => Walk(exclude: [pattern])).Code);
        Assert.Equal("MBK1821", Assert.Throws<SessionException>(() => Walk(include: [pattern])).Code);
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("[1]")]
    [InlineData("[null]")]
    public void Of_AttributeThatIsNoList_IsRefused(string text) => Assert.Equal("MBK1821", Assert.Throws<SessionException>(
        () => FolderFilter.Of(new Dictionary<string, string> { ["local.excludepatterns"] = text })).Code);

    [Fact]
    public void Of_Attributes_AreWhatTheySay()
    {
        var filter = FolderFilter.Of(new Dictionary<string, string> { ["local.includepattern"] = """["a","b"]""", ["local.excludepatterns"] = """["c"]""", ["local.followpaths"] = """["d"]""", ["local.unique"] = "x" });
        Assert.Equal(["a", "b"], filter.Include);
        Assert.Equal(["c"], filter.Exclude);
        Assert.Equal(["d"], filter.Follow);
        Assert.NotEqual(FolderFilter.None.Text, filter.Text);
    }

    private void Write(string path, int mode = 0b110_100_100)
    {
        _folder.Write(path, path);
        File.SetUnixFileMode(_folder[path], (UnixFileMode)mode);
    }

    private static void Shell(string script)
    {
        using var shell = System.Diagnostics.Process.Start("/bin/sh", ["-c", script]);
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }

    private LocalTree Tree(string[]? include, string[]? exclude, string[]? follow) =>
        FolderWalk.Run("context", _folder.Path, new FolderFilter(include ?? [], exclude ?? [], follow ?? []), 0, default).Tree;

    private IEnumerable<string> Files(string[]? include = null, string[]? exclude = null, string[]? follow = null)
    {
        var tree = Tree(include, exclude, follow);
        return tree.Files.Select(f => f.Path).Concat(tree.Links.Select(l => l.Path)).Order(StringComparer.Ordinal);
    }

    private List<string> Walk(string[]? include = null, string[]? exclude = null)
    {
        var tree = Tree(include, exclude, null);
        return
        [
            .. tree.Directories.Select(d => $"d {d.Path} {Convert.ToString(d.Mode, 8)}"), .. tree.Files.Select(f => $"f {f.Path} {Convert.ToString(f.Mode!.Value, 8)}"),
            .. tree.Links.Select(l => $"l {l.Path} {l.Target}"),
        ];
    }
}
