using MsBuildKit.Engine.Frontends.Dockerfile.Instructions;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>An instruction's text, continuations joined, which knows where each character stands.</summary>
internal sealed class LogicalLine
{
    private readonly IReadOnlyList<Piece> _pieces;

    internal LogicalLine(string text, IReadOnlyList<Piece> pieces, int endLine)
        => (Text, _pieces, EndLine) = (text, pieces, endLine);

    internal string Text { get; }

    /// <summary>The last line that belongs to it, heredocs not included.</summary>
    internal int EndLine { get; }

    internal IReadOnlyList<string> Comments { get; init; } = [];

    /// <summary>What follows it, once that was read.</summary>
    internal IReadOnlyList<Heredoc> Heredocs { get; set; } = [];

    /// <summary>All of it.</summary>
    internal TextRange Range { get; set; }

    internal TextRange RangeOf(int start, int length)
    {
        var (first, last) = (At(start), At(start + Math.Max(length, 1) - 1));
        return new TextRange(first.Line, first.Column, last.Line, last.Column);
    }

    internal TextRange RangeOf(TextPart part) => RangeOf(part.Start, part.Text.Length);

    private (int Line, int Column) At(int offset)
    {
        var (low, high) = (0, _pieces.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_pieces[middle].Offset <= offset) low = middle;
            else high = middle - 1;
        }
        return (_pieces[low].Line, _pieces[low].Column + offset - _pieces[low].Offset);
    }

    /// <summary>From this place of the joined text on it is this place of the file.</summary>
    internal readonly record struct Piece(int Offset, int Line, int Column);
}

/// <summary>A part of a logical line.</summary>
/// <param name="Text">Its text; what is written may be longer, by quotes and escapes.</param>
/// <param name="Start">Its place in the joined text.</param>
internal readonly record struct TextPart(string Text, int Start);
