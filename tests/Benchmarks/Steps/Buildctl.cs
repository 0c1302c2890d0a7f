using MsBuildKit.Benchmarks.Measuring;

namespace MsBuildKit.Benchmarks.Steps;

/// <summary>BuildKit's client, and the daemon that it speaks to.</summary>
/// <param name="Program">Its path.</param>
/// <param name="Address">The daemon's.</param>
internal sealed record Buildctl(string Program, string Address)
{
    /// <summary>Builds the Dockerfile of a folder; the result stays in the daemon when <paramref name="output"/> is <c>null</c>.</summary>
    /// <param name="folder">Has the Dockerfile.</param>
    /// <param name="context">The context.</param>
    /// <param name="output">The value of <c>--output</c>.</param>
    public MeasuredCommand Build(string folder, string context, string? output) => new(Program,
    [
        "--addr", Address, "build", "--progress=plain", "--frontend", "dockerfile.v0", "--local", $"dockerfile={folder}", "--local", $"context={context}",
        .. output is null ? [] : new[] { "--output", output },
    ]);

    /// <summary>Asks the daemon for something that takes it no time.</summary>
    public MeasuredCommand Greet() => new(Program, ["--addr", Address, "debug", "workers"]);
}
