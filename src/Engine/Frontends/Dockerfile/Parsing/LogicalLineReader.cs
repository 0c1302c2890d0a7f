using System.Text;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>Joins lines to instructions: leaves out comments and empty lines, follows continuations.</summary>
internal sealed class LogicalLineReader(SourceLines lines, char escape)
{
    private readonly List<TextRange> _emptyContinuations = [];
    private readonly StringBuilder _joined = new();
    private List<string> _comments = [];

    /// <summary>The last lines of instructions that hold an empty continued line, as BuildKit points at them.</summary>
    internal IReadOnlyList<TextRange> EmptyContinuations => _emptyContinuations;

    /// <summary>The next instruction, or <c>null</c> at the end.</summary>
    /// <param name="isDirective">Whether the line of this number is a directive, which is no comment of an instruction.</param>
    internal LogicalLine? Read(Func<int, bool> isDirective)
    {
        while (lines.TryRead(out var line))
        {
            var text = lines.Of(line);
            var trimmed = text.TrimStart();
            if (trimmed.IsEmpty) continue;
            if (trimmed[0] != '#') return Join(line, text.Length - trimmed.Length);
            if (!isDirective(line.Number)) AddComment(trimmed[1..].Trim());
        }
        return null;
    }

    private void AddComment(ReadOnlySpan<char> comment)
    {
        if (comment.IsEmpty) _comments.Clear();
        else _comments.Add(comment.ToString());
    }

    private LogicalLine Join(SourceLine first, int indent)
    {
        _joined.Clear();
        List<LogicalLine.Piece> pieces = [new(0, first.Number, indent + 1)];
        var goesOn = Append(lines.Of(first)[indent..]);
        var last = first;
        var hasEmpty = false;
        while (goesOn && lines.TryRead(out var line))
        {
            last = line;
            var trimmed = lines.Of(line).TrimStart();
            hasEmpty |= trimmed.IsEmpty;
            if (trimmed.IsEmpty || trimmed[0] == '#') continue;

            pieces.Add(new LogicalLine.Piece(_joined.Length, line.Number, 1));
            goesOn = Append(lines.Of(line));
        }

        if (hasEmpty) _emptyContinuations.Add(new TextRange(last.Number, 1, last.Number, Math.Max(last.Length, 1)));
        var comments = _comments;
        _comments = [];
        return new LogicalLine(_joined.ToString(), pieces, last.Number)
        {
            Comments = comments,
            Range = new TextRange(first.Number, indent + 1, last.Number, Math.Max(last.Length, 1)),
        };
    }

    // An escape character at the end goes on to the next line unless another one stands before it.
    private bool Append(ReadOnlySpan<char> text)
    {
        var trimmed = text.TrimEnd(" \t");
        var goesOn = trimmed.EndsWith([escape]) && !trimmed[..^1].EndsWith([escape]);
        _joined.Append(goesOn ? trimmed[..^1] : text);
        return goesOn;
    }
}
