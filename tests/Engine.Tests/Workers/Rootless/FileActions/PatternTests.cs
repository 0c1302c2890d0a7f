using MsBuildKit.Engine.Llb.Patterns;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.FileActions;

namespace MsBuildKit.Engine.Tests.Workers.Rootless.FileActions;

public sealed class PatternTests
{
    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("*", "abc", true)]
    [InlineData("*c", "abc", true)]
    [InlineData("a*", "a", true)]
    [InlineData("a*", "ab/c", false)]
    [InlineData("a*/b", "abc/b", true)]
    [InlineData("a*/b", "a/c/b", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/f", true)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", false)]
    [InlineData("a*b*c*d*e*/f", "axbxcxdxexxx/fff", false)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzx", true)]
    [InlineData("a*b?c*x", "abxbbxdbxebxczzy", false)]
    [InlineData("ab[c]", "abc", true)]
    [InlineData("ab[b-d]", "abc", true)]
    [InlineData("ab[e-g]", "abc", false)]
    [InlineData("ab[^c]", "abc", false)]
    [InlineData("ab[^e-g]", "abc", true)]
    [InlineData(@"a\*b", "a*b", true)]
    [InlineData(@"a\*b", "ab", false)]
    [InlineData("a?b", "a\u263ab", true)]
    [InlineData("a[^a]b", "a\u263ab", true)]
    [InlineData("a???b", "a\u263ab", false)]
    [InlineData("[a-\u03b6]*", "\u03b1", true)]
    [InlineData("*[a-\u03b6]", "A", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a[^x]b", "a/b", true)]
    [InlineData(@"[\]a]", "]", true)]
    [InlineData(@"[\-]", "-", true)]
    [InlineData(@"[x\-]", "x", true)]
    [InlineData(@"[\-x]", "a", false)]
    [InlineData("*x", "xxx", true)]
    [InlineData("", "", true)]
    [InlineData("", "x", false)]
    [InlineData("**", "ab", true)]
    [InlineData("**", "a/b", false)]
    public void Matches_AWholeName_AsThePatternSays(string pattern, string name, bool expected) => Assert.Equal(expected, NamePattern.Parse(pattern)!.Matches(name));

    [Theory]
    [InlineData("[]a]")]
    [InlineData("[-]")]
    [InlineData("[x-]")]
    [InlineData("[-x]")]
    [InlineData(@"\")]
    [InlineData("[a-b-c]")]
    [InlineData("[")]
    [InlineData("[^")]
    [InlineData("[^bc")]
    [InlineData("a[")]
    [InlineData("[a-")]
    public void Parse_WhatMakesNoSense_IsNothing(string pattern)
    {
        Assert.Null(NamePattern.Parse(pattern));
        Assert.Equal("MBK2041", Assert.Throws<WorkerException>(() => new PathPatterns([pattern], FileErrors.BadPattern)).Code);
    }

    [Theory]
    [InlineData("**", "file", true)]
    [InlineData("**", "dir/file", true)]
    [InlineData("**/", "file", true)]
    [InlineData("**/**", "dir/file", true)]
    [InlineData("dir/**", "dir/file", true)]
    [InlineData("dir/**", "dir/dir2/file", true)]
    [InlineData("dir/**", "dirx", false)]
    [InlineData("**/dir", "dir", true)]
    [InlineData("**/dir", "a/b/dir", true)]
    [InlineData("**/dir", "a/xdir", false)]
    [InlineData("**dir", "a/xdir", true)]
    [InlineData("**/dir2/*", "dir/dir2/file", true)]
    [InlineData("**/dir2/*", "dir/dir2/dir2/file", true)]
    [InlineData("**file", "dir/dir/file", true)]
    [InlineData("**/*.txt", "a.txt", true)]
    [InlineData("**/*.txt", "a/b.txt", true)]
    [InlineData("**/*.txt", "a.txtx", false)]
    [InlineData("**file*txt", "dir/dir/file.txt", true)]
    [InlineData("**/file*txt", "dir/xfile.txt", false)]
    [InlineData("a**/*.txt", "a/file/dir/x.txt", true)]
    [InlineData("a/*.txt", "a/b/x.txt", false)]
    [InlineData("a/*", "a/b", true)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("a+(b)|{c}$", "a+(b)|{c}$", true)]
    [InlineData("a[b-d]e", "ace", true)]
    [InlineData("a[^b-d]e", "aZe", true)]
    [InlineData(@"a\?b", "a?b", true)]
    [InlineData(@"a\?b", "acb", false)]
    [InlineData(@"a\db", "a1b", true)]
    [InlineData("abc.def", "abcdef", false)]
    [InlineData(" ./a//b/../c ", "a/c", true)]
    [InlineData("/a", "a", false)]
    [InlineData("", "a", false)]
    public void Match_OnePattern_OfAPath(string pattern, string path, bool expected) => Assert.Equal(expected, Walk(new PathPatterns([pattern], FileErrors.BadPattern), path));

    [Theory]
    [InlineData("a", "a/b/c", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("a|!a/b", "a/b", false)]
    [InlineData("a|!a/b", "a/c", true)]
    [InlineData("!a/b|a", "a/b", true)]
    [InlineData("a|!a/b|a/b/c", "a/b/c", true)]
    [InlineData("a|!a/b|a/b/c", "a/b/d", false)]
    [InlineData("**|!**/*.md", "x/y.md", false)]
    [InlineData("*|!a", "a/b", false)]
    // An exception that had nothing to take back in a folder is not remembered for what is in it.
    [InlineData("a/b|!a", "a/b", true)]
    public void Match_SeveralPatterns_TheLastOneThatMatchesDecides(string patterns, string path, bool expected) =>
        Assert.Equal(expected, Walk(new PathPatterns(patterns.Split('|'), FileErrors.BadPattern), path));

    [Fact]
    public void New_ExceptionOfNothing_IsRefused() => Assert.Equal("MBK2041", Assert.Throws<WorkerException>(() => new PathPatterns(["!"], FileErrors.BadPattern)).Code);

    [Theory]
    [InlineData("", ".")]
    [InlineData("a/./b//c/", "a/b/c")]
    [InlineData("a/../../b", "../b")]
    [InlineData("/a/../../b", "/b")]
    [InlineData("/..", "/")]
    public void Shorten_APath_IsTheSamePlace(string path, string expected) => Assert.Equal(expected, TreePath.Shorten(path));

    [Theory]
    [InlineData("a", "/a")]
    [InlineData("a/", "/a/")]
    [InlineData("a/.", "/a/.")]
    [InlineData(".", "/")]
    [InlineData("/.", "/.")]
    [InlineData("/", "/")]
    [InlineData("../a/b/../", "/a/")]
    public void Clean_APath_KeepsHowItEnds(string path, string expected) => Assert.Equal(expected, TreePath.Clean(path));

    // As a copy walks: what is known of each folder goes to what is in it.
    private static bool Walk(PathPatterns patterns, string path)
    {
        IReadOnlyList<bool> found = [];
        var matched = false;
        var parts = path.Split('/');
        for (var i = 1; i <= parts.Length; i++) matched = patterns.Match(string.Join('/', parts.Take(i)), found, out found);
        return matched;
    }
}
