namespace MsBuildKit.Engine.Llb;

/// <summary>Where an operation stands in the text that it was made of.</summary>
/// <param name="File">The text.</param>
/// <param name="FirstLine">Counts from 1; 0 when it stands nowhere in particular.</param>
/// <param name="LastLine">The same as the first for a single line.</param>
public sealed record SourcePlace(SourceText File, int FirstLine, int LastLine);

/// <summary>A text that operations are made of.</summary>
/// <param name="Name">Of the file.</param>
/// <param name="Language">As GitHub's linguist names it, such as <c>Dockerfile</c>.</param>
/// <param name="Text">All of it.</param>
public sealed record SourceText(string Name, string Language, string Text);
