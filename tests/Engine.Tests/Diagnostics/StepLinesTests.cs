using System.Text;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Tests.Diagnostics;

public sealed class StepLinesTests
{
    private readonly StepLines _lines = new();
    private readonly List<string> _shown = [];

    [Theory]
    [InlineData("a\nb\n", "a|b")]
    [InlineData("a\r\nb\r\n", "a|b")]
    [InlineData("a\n\nb", "a||b")]
    [InlineData("10%\r20%\r30%\n", "10%|20%|30%")]
    [InlineData("\u001b[31mred\u001b[0m\tx\n", "red\tx")]
    [InlineData("\u001b]0;title\u0007\n", "\ufffd]0;title\ufffd")]
    [InlineData("ä€😀\n", "ä€😀")]
    [InlineData("", "")]
    public void Add_ByteForByte_GivesTheSameLines(string text, string expected)
    {
        foreach (var b in Encoding.UTF8.GetBytes(text)) _lines.Add(new StepOutput("s", 1, new[] { b }), _shown.Add);
        _lines.Complete("s", _shown.Add);
        Assert.Equal(expected, string.Join('|', _shown));
    }

    [Fact]
    public void Add_LineWithoutEnd_IsShownWholeInPieces()
    {
        var text = new string('x', 1_000_000);
        _lines.Add(new StepOutput("s", 1, Encoding.ASCII.GetBytes(text)), _shown.Add);
        _lines.Complete("s", _shown.Add);
        Assert.Equal(text, string.Concat(_shown));
        Assert.All(_shown, s => Assert.True(s.Length <= 3000));
    }

    [Fact]
    public void Add_TwoStepsAndBothStreams_DoNotMix()
    {
        foreach (var (step, stream, text) in new[] { ("a", 1, "on"), ("b", 1, "tw"), ("a", 2, "er"), ("a", 1, "e\n"), ("b", 1, "o\n"), ("a", 2, "r\n") })
            _lines.Add(new StepOutput(step, stream, Encoding.ASCII.GetBytes(text)), _shown.Add);
        Assert.Equal(["one", "two", "err"], _shown);
    }
}
