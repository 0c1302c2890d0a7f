namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>How a step failed: what ran, the code it ended with, and the last lines of both its streams.</summary>
public sealed record StepFailure(IReadOnlyList<string> Args, int ExitCode, IReadOnlyList<string> LastLines);
