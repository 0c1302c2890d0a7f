namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>A text after its variables were put in.</summary>
/// <param name="Text">The text.</param>
/// <param name="Matched">Names of variables that were used and known.</param>
/// <param name="Unmatched">Names that were used and not known, with a default or without, as BuildKit's checks count them.</param>
public sealed record ExpandedText(string Text, IReadOnlyCollection<string> Matched, IReadOnlyCollection<string> Unmatched);
