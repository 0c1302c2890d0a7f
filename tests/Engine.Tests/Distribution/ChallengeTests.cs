using MsBuildKit.Engine.Distribution;

namespace MsBuildKit.Engine.Tests.Distribution;

public sealed class ChallengeTests
{
    [Theory]
    [InlineData("realm=\"https://a/t\",service=\"s\"", "realm=https://a/t;service=s")]
    [InlineData("realm=\"a,b=c\", service = \"x \\\"y\\\" \\\\\"", "realm=a,b=c;service=x \"y\" \\")]
    [InlineData("REALM=plain,scope=repository:a:pull", "realm=plain;scope=repository:a:pull")]
    [InlineData("realm=\"never ends", "realm=never ends")]
    [InlineData("realm=\"a\",realm=\"b\"", "realm=b")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void Parse_Parameters_AreRead(string? text, string expected)
    {
        var challenge = Challenge.Parse("BEARER", text);
        Assert.Equal("bearer", challenge.Scheme);
        Assert.Equal(expected, string.Join(';', challenge.Parameters.Select(p => $"{p.Key.ToLowerInvariant()}={p.Value}")));
    }
}
