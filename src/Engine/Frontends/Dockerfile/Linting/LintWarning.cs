namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>What a check found.</summary>
/// <param name="Rule">The check.</param>
/// <param name="Message">One sentence: what, which.</param>
/// <param name="Range">Where.</param>
public sealed record LintWarning(LintRule Rule, string Message, TextRange Range);
