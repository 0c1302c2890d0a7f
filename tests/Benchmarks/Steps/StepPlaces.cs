namespace MsBuildKit.Benchmarks.Steps;

/// <summary>What our side builds on, and where it keeps things.</summary>
/// <param name="Base">An image in a registry.</param>
/// <param name="Store">The cache directory.</param>
internal sealed record StepPlaces(string Base, string Store);
