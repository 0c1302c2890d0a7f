namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>One line of the text.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="Start">Its first character's place in the text.</param>
/// <param name="Length">Without what ends it.</param>
/// <param name="FullLength">With what ends it.</param>
internal readonly record struct SourceLine(int Number, int Start, int Length, int FullLength);
