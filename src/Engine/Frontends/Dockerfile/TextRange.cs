namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>A stretch of a Dockerfile. Lines and columns count from 1; the end is the last character's place. A column of 0 is unknown.</summary>
public readonly record struct TextRange(int Line, int Column, int EndLine, int EndColumn)
{
    /// <summary>From the start of this one to the end of another.</summary>
    public TextRange To(TextRange end) => new(Line, Column, end.EndLine, end.EndColumn);
}
