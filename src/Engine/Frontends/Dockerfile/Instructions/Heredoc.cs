namespace MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

/// <summary>A document that follows an instruction (<c>&lt;&lt;EOF</c>).</summary>
/// <param name="Name">Its delimiter, without quotes.</param>
/// <param name="Content">Its lines, leading tabs taken off where <c>&lt;&lt;-</c> asks for it.</param>
/// <param name="Expand">Variables in it are expanded: the delimiter has no quotes.</param>
/// <param name="StripTabs">Written with <c>&lt;&lt;-</c>.</param>
/// <param name="FileDescriptor">The number before <c>&lt;&lt;</c>; 0 where there is none.</param>
public sealed record Heredoc(string Name, string Content, bool Expand, bool StripTabs, int FileDescriptor)
{
    /// <summary>Its lines as they stand, leading tabs included, which a shell that reads the document itself is given.</summary>
    public string Source { get; init; } = Content;
}
