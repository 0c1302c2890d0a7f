namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>How a build fails.</summary>
/// <param name="Line">Of the Dockerfile, or <c>null</c> when no line is at fault.</param>
/// <param name="Words">Part of what BuildKit says.</param>
public sealed record CaseError(int? Line, string Words);
