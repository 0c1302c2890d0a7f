namespace MsBuildKit.Benchmarks.Publishing;

internal enum Scenario
{
    NothingChanged,
    OneLineChanged,

    /// <summary>Published before, but no image was ever made and no cache holds anything.</summary>
    FirstImage,
}
