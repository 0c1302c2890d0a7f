using MsBuildKit.Tool.Build.Options;

namespace MsBuildKit.Tool.Tests.Build.Options;

public sealed class CsvFieldsTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("a,b", "a|b")]
    [InlineData("a,", "a|")]
    [InlineData("", "")]
    [InlineData("\"dest=a,b\",x", "dest=a,b|x")]
    [InlineData("\"say \"\"hi\"\"\"", "say \"hi\"")]
    [InlineData("x,\"\"", "x|")]
    public void Split_Fields_AreThoseOfDocker(string text, string expected) => Assert.Equal(expected, string.Join('|', CsvFields.Split(text)!));

    [Theory]
    [InlineData("\"a")]
    [InlineData("a\"b")]
    [InlineData("\"a\"b")]
    [InlineData("\"a\"\"")]
    public void Split_AQuoteThatIsNotClosed_IsNone(string text) => Assert.Null(CsvFields.Split(text));
}
