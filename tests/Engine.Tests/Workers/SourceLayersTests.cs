using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class SourceLayersTests
{
    private static readonly Descriptor s_described = Descriptor.Of(TreeDescription.MediaType, "description"u8.ToArray());

    [Fact]
    public void ToWire_DescribedLayerFromElsewhere_IsRefused()
    {
        var layer = new Layer { DiffId = s_described.Digest, Blob = s_described, CreatedBy = "" };
        Assert.True(layer.IsDescribed);
        Assert.Equal(TreeDescription.MediaType, LayerBlobs.ToWire(layer).MediaType);
        var foreign = layer with { Origin = new LayerOrigin(new NoContent()) };
        Assert.False(foreign.IsDescribed);
        Assert.Equal("MBK1105", Assert.Throws<OciException>(() => LayerBlobs.ToWire(foreign)).Code);
    }

    private sealed class NoContent : IContentSource
    {
        public ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken) => new((long?)null);

        public ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken) => new((Stream?)null);
    }
}
