using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;
using MsBuildKit.TestKit.FileOps;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Tests.Snapshots.Linux;

public sealed class DescribedChangeTests
{
    private static readonly string[] s_before = ["d /s", "f /s/a = 1", "f /s/b = 2", "d /s/d", "f /s/d/x = 3", "l /s/l -> a"];

    [Theory]
    [InlineData("the same", "d /s|f /s/a = 1|f /s/b = 2|d /s/d|f /s/d/x = 3|l /s/l -> a", "")]
    [InlineData("a content", "d /s|f /s/a = 9|f /s/b = 2|d /s/d|f /s/d/x = 3|l /s/l -> a", "s/a")]
    [InlineData("a mode", "d /s|f /s/a 600 = 1|f /s/b = 2|d /s/d 700|f /s/d/x = 3|l /s/l -> a", "s/a s/d")]
    [InlineData("one more", "d /s|f /s/a = 1|f /s/aa = 1|f /s/b = 2|d /s/d|f /s/d/x = 3|l /s/l -> a", "s/aa")]
    [InlineData("another target", "d /s|f /s/a = 1|f /s/b = 2|d /s/d|f /s/d/x = 3|l /s/l -> b", "s/l")]
    [InlineData("one less", "d /s|f /s/a = 1|d /s/d|f /s/d/x = 3|l /s/l -> a", "s/.wh.b")]
    [InlineData("a folder less", "d /s|f /s/a = 1|f /s/b = 2|l /s/l -> a", "s/.wh.d")]
    [InlineData("a file for a folder", "d /s|f /s/a = 1|f /s/b = 2|f /s/d = 4|l /s/l -> a", "s/d")]
    public void Between_SaysWhatIsDifferent(string what, string now, string expected) =>
        Assert.True(string.Join(' ', DescribedChange.Between(Parse(s_before), Parse(now.Split('|')), _ => false)!.Select(e => e.Path)) == expected, what);

    [Fact]
    public void Between_WhatComesToLightAgain_IsNotCertain()
    {
        Assert.NotNull(DescribedChange.Between(Parse(s_before), Parse(s_before[..^1]), p => p != "s/l"));
        Assert.Null(DescribedChange.Between(Parse(s_before), Parse(s_before[..^1]), p => p == "s/l"));
    }

    [Fact]
    public void Between_RemovalsAndSecondNames_AreNotCertain()
    {
        Assert.Null(DescribedChange.Between(Parse(s_before), [.. Parse(s_before), TreeEntryReader.Removal("x")], _ => false));
        Assert.Null(DescribedChange.Between([.. Parse(s_before), new TreeEntry { Path = "s/z", Type = TreeEntryType.HardLink, Mode = 0, Link = "s/a" }], Parse(s_before), _ => false));
    }

    [Fact]
    public void Between_TheLastOfAFolderThatNobodyStated_IsNotCertain()
    {
        string[] before = ["d /s", "f /s/a = 1", "f /t/x = 2"];
        Assert.Null(DescribedChange.Between(Parse(before), Parse(before[..^1]), _ => false));
        Assert.NotNull(DescribedChange.Between(Parse(before), Parse(before[..^1]), p => p == "t"));
    }

    [Fact]
    public void Between_MuchThatIsDifferent_IsNotWorthIt() =>
        Assert.Null(DescribedChange.Between(Parse(s_before), [.. Enumerable.Range(0, 300).SelectMany(i => Parse([$"f /n{i} = x"]))], _ => false));

    private static TreeEntry[] Parse(IEnumerable<string> lines) => [.. lines.Select(TreeLine.Parse).Select(e => e.Size > 0 ? e with { Content = Digest.Of(Read(e)) } : e)];

    private static byte[] Read(TreeEntry entry)
    {
        using var stream = entry.Open!();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
