namespace MsBuildKit.Engine.Snapshots;

/// <summary>The result of a vertex: layers from the bottom up. The empty chain is <c>scratch</c>.</summary>
public sealed record LayerChain(IReadOnlyList<Layer> Layers)
{
    /// <summary>Nothing at all.</summary>
    public static LayerChain Scratch { get; } = new([]);
}
