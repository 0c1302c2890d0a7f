using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Subrequests;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Subrequests;

public sealed class SourceExcerptTests
{
    private const string Text = "a\r\nb\r\nc\r\nd\r\ne\r\nf";

    [Theory]
    [InlineData(3, 3, "1 2 >3 4 5")]
    [InlineData(1, 1, ">1 2 3")]
    [InlineData(6, 6, "4 5 >6")]
    [InlineData(3, 4, "2 >3 >4 5")]
    [InlineData(2, 99, "1 >2 >3 >4 >5 >6")]
    [InlineData(4, 0, "2 3 >4 5 6")]
    public void Of_ARange_ShowsItsNeighbours(int first, int last, string expected)
    {
        var lines = SourceExcerpt.Of("x/Dockerfile", Text, new TextRange(first, 1, last, 1)).Split('\n');

        Assert.Equal(($"x/Dockerfile:{first}", "--------------------", "--------------------", ""), (lines[0], lines[1], lines[^2], lines[^1]));
        Assert.Equal(expected, string.Join(' ', lines[2..^2].Select(l => (l.Contains(">>>", StringComparison.Ordinal) ? ">" : "") + l[..4].Trim())));
        Assert.All(lines, l => Assert.DoesNotContain('\r', l));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Of_APlaceThatIsNotThere_IsEmpty(int line) => Assert.Equal("", SourceExcerpt.Of("f", Text, new TextRange(line, 1, line, 1)));
}
