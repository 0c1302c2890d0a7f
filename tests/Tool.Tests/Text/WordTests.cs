using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Tests.Text;

public sealed class WordTests
{
    [Theory]
    [InlineData("dst", "dest")]
    [InlineData("compresion", "compression")]
    [InlineData("tpye", null)]
    [InlineData("zzzzzz", null)]
    public void Nearest_Of_IsTheOneThatWasMeant(string word, string? expected) => Assert.Equal(expected, Nearest.Of(word, ["dest", "compression", "type-x"]));

    [Theory]
    [InlineData("64m", 64L << 20)]
    [InlineData("1.5GiB", 3L << 29)]
    [InlineData("2kb", 2048)]
    [InlineData("1048576", 1048576)]
    [InlineData("7b", 7)]
    public void MemorySize_TryParse_CountsBy1024(string text, long expected)
    {
        Assert.True(MemorySize.TryParse(text, out var bytes));
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("-1k")]
    [InlineData("12x")]
    [InlineData("99999999p")]
    public void MemorySize_TryParse_WhatIsNone(string text) => Assert.False(MemorySize.TryParse(text, out _));
}
