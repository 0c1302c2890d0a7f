namespace MsBuildKit.Engine.Exporters;

/// <summary>Something about an image that is not as it should be.</summary>
/// <param name="Where">The names from the outside in: image, manifest, layer.</param>
/// <param name="Problem">What is wrong, in a sentence or less.</param>
public sealed record ImageFault(string Where, string Problem);
