using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Tests.Snapshots;

public sealed class ChainIdTests
{
    [Fact]
    public void Of_OneLayer_IsItsDiffId()
    {
        var a = Digest.Of("a"u8);
        Assert.Equal([a], ChainId.Of([a]));
        Assert.Empty(ChainId.Of([]));
    }

    [Fact]
    public void Of_MoreLayers_HashesTextOfBoth()
    {
        var (a, b, c) = (Digest.Of("a"u8), Digest.Of("b"u8), Digest.Of("c"u8));
        var two = Digest.Of(System.Text.Encoding.ASCII.GetBytes($"{a} {b}"));
        Assert.Equal([a, two, Digest.Of(System.Text.Encoding.ASCII.GetBytes($"{two} {c}"))], ChainId.Of([a, b, c]));
    }
}
