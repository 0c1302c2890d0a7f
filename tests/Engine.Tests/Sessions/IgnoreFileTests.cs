using System.Text;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class IgnoreFileTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("bin\nobj\n", "bin|obj")]
    [InlineData("bin\r\nobj\r\n", "bin|obj")]
    [InlineData("# a comment\nbin", "bin")]
    [InlineData(" # no comment, for it does not begin the line", "# no comment, for it does not begin the line")]
    [InlineData("\n \n\t\nbin\n\n", "bin")]
    [InlineData("  bin  \n\tobj\t", "bin|obj")]
    [InlineData("/bin\n//obj", "bin|obj")]
    [InlineData("bin/\n./obj/./x/", "bin|obj/x")]
    [InlineData("a/../b\na//b", "b|a/b")]
    [InlineData("!keep\n! /keep/ ", "!keep|!keep")]
    [InlineData("!", "!")]
    [InlineData("/\n.", "/|.")]
    [InlineData("*.md\n!README.md\n**/x\n?[a-c]", "*.md|!README.md|**/x|?[a-c]")]
    [InlineData("a b\n\u00e9", "a b|\u00e9")]
    public void Read_Lines_ArePatterns(string text, string expected) => Assert.Equal(expected, string.Join('|', IgnoreFile.Read(Encoding.UTF8.GetBytes(text))));

    [Fact]
    public void Read_AMarkOfItsEncoding_IsPassedOver() => Assert.Equal(["bin"], IgnoreFile.Read([0xEF, 0xBB, 0xBF, .. "bin"u8]));

    [Fact]
    public void Read_AMarkAndAComment_AreNoPattern() => Assert.Empty(IgnoreFile.Read([0xEF, 0xBB, 0xBF, .. "# c"u8]));
}
