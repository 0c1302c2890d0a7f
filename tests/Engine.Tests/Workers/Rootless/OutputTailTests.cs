using System.Text;
using MsBuildKit.Engine.Workers.Rootless;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

public sealed class OutputTailTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8191)]
    [InlineData(8192)]
    [InlineData(20_000)]
    public void LastLines_HoweverTheBytesCame_AreTheLastTwenty(int piece)
    {
        var bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(1, 5000).Select(i => $"line {i}\r\n")));
        var tail = new OutputTail();
        for (var i = 0; i < bytes.Length; i += piece) tail.Add(bytes.AsSpan(i, Math.Min(piece, bytes.Length - i)));
        Assert.Equal(Enumerable.Range(4981, 20).Select(i => $"line {i}"), tail.LastLines());
    }

    [Fact]
    public void LastLines_OfLittle_AreAllOfIt()
    {
        var tail = new OutputTail();
        Assert.Empty(tail.LastLines());
        tail.Add("a\n\nb"u8);
        Assert.Equal(["a", "b"], tail.LastLines());
    }
}
