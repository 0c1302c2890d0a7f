namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>How a step ended that did not fail.</summary>
public sealed record StepResult(int ExitCode, TimeSpan Elapsed);
