namespace MsBuildKit.Benchmarks.Publishing;

internal enum Delivery
{
    Archive,
    Registry,
}
