using System.Text;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class NameOrderTests
{
    [Fact]
    public void Compare_Paths_GoesComponentByComponent()
    {
        string[] ordered = ["a", "a/b", "a/b/c", "a/b-", "a-b", "a.txt", "ab", "b"];
        Assert.Equal(ordered, ordered.Reverse().Order(NameOrder.Instance));
        Assert.Equal(0, NameOrder.Instance.Compare("a/b", "a/b"));
    }

    [Fact]
    public void Compare_Names_GoesByTheirBytes()
    {
        string[] names = ["\U0001F600", "\uFFFD", "\uE000", "\uD7FF", "\U00010000", "é", "z", "\U0001F600\uFFFD", "\u00e9\u0301"];
        Assert.Equal(names.OrderBy(n => Convert.ToHexString(Encoding.UTF8.GetBytes(n)), StringComparer.Ordinal), names.Order(NameOrder.Instance));
    }
}
