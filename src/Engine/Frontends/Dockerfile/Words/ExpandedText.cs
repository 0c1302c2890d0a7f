namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>A text after its variables were put in.</summary>
/// <param name="Text">The text.</param>
/// <param name="Matched">Names of variables that were used and known.</param>
/// <param name="Unmatched">Names that were used without a default and not known.</param>
public sealed record ExpandedText(string Text, IReadOnlyCollection<string> Matched, IReadOnlyCollection<string> Unmatched);
