namespace MsBuildKit.Benchmarks.Publishing;

internal enum AppKind
{
    FrameworkDependent,
    SelfContained,
}
