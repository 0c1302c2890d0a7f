namespace MsBuildKit.Integration.Tests.Dockerfiles;

/// <summary>What came of a case.</summary>
/// <param name="Lines">Of the image.</param>
/// <param name="FaultyLine">Of the Dockerfile, or <c>null</c>.</param>
/// <param name="Error">What was said when it failed, or <c>null</c>.</param>
public sealed record BuiltCase(IReadOnlyList<string> Lines, int? FaultyLine, string? Error);
