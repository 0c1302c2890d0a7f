namespace MsBuildKit.Engine.Snapshots;

/// <summary>Brings layers here when somebody needs their bytes.</summary>
public interface ILayerProvider
{
    /// <summary>Makes sure that the layer's blob is in the local store, whole and verified.</summary>
    Task EnsureAsync(Layer layer, CancellationToken cancellationToken);
}
