using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Tool.Remote;

namespace MsBuildKit.Tool.Tests.Remote;

/// <summary>Which builder a project goes to.</summary>
public sealed class EndpointOrderTests
{
    private const int Projects = 1000;

    private static readonly SocketEndpoint[] s_four = [.. Enumerable.Range(0, 4).Select(i => new SocketEndpoint($"unix:///{i}", $"/{i}"))];

    [Fact]
    public void Of_AnyOrder_IsTheSame() => Assert.Equal(EndpointOrder.Of(s_four, "shop"), EndpointOrder.Of([.. s_four.Reverse()], "shop"));

    [Fact]
    public void Of_ManyProjects_GivesEachBuilderItsShare()
    {
        var shares = Enumerable.Range(0, Projects).CountBy(i => EndpointOrder.Of(s_four, $"project{i}")[0]).ToList();
        Assert.Equal(4, shares.Count);
        Assert.All(shares, s => Assert.InRange(s.Value, 200, 300));
    }

    [Fact]
    public void Of_WithoutOne_MovesOnlyItsProjectsToTheirNext()
    {
        for (var i = 0; i < Projects; i++)
        {
            var (before, after) = (EndpointOrder.Of(s_four, $"project{i}"), EndpointOrder.Of(s_four[1..], $"project{i}"));
            Assert.Equal(before.Where(e => e != s_four[0]), after);
        }
    }
}
