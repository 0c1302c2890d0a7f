namespace MsBuildKit.Engine.Frontends.Project;

/// <summary>A secret that a step may read, as a file, in its environment, or both. Its value is no part of any key: a new one runs nothing
/// again.</summary>
/// <param name="Id">Of the request's secrets.</param>
/// <param name="Target">The file, absolute; <c>null</c> for none.</param>
/// <param name="Variable">The environment variable, or <c>null</c> for none.</param>
/// <param name="Required">The step fails when there is no such secret; otherwise it runs without.</param>
public sealed record StepSecret(string Id, string? Target, string? Variable, bool Required);
