namespace MsBuildKit.TestKit.Archives;

/// <summary>Layers that try to reach what is outside of the image, from the base up.</summary>
/// <param name="Name">What is tried; of a generated one its seed.</param>
/// <param name="Layers">Plain tars.</param>
public sealed record Breakout(string Name, IReadOnlyList<byte[]> Layers);
