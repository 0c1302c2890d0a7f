namespace MsBuildKit.Engine.Diagnostics;

/// <summary>A place in a file; line and column count from 1, and 0 means unknown.</summary>
public sealed record SourcePosition(string File, int Line = 0, int Column = 0);
