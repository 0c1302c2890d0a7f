using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Publishing;

/// <summary>One publish.</summary>
/// <param name="Whole">The command.</param>
/// <param name="ContainerSeconds">What MSBuild says that the task took which does the container work.</param>
/// <param name="PushedBytes">What the registry holds more than before.</param>
internal sealed record PublishRun(Measurement Whole, double ContainerSeconds, long PushedBytes);
