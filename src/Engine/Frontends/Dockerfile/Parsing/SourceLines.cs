namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>The lines of a text, one after the other. Only a line feed ends a line; carriage returns before it belong to the end.</summary>
internal sealed class SourceLines
{
    private const char ByteOrderMark = '\uFEFF';

    private int _next;

    internal SourceLines(string text)
    {
        Text = text;
        _next = text.StartsWith(ByteOrderMark) ? 1 : 0;
    }

    internal string Text { get; }

    /// <summary>The number of the line that was read last.</summary>
    internal int Number { get; private set; }

    internal bool TryRead(out SourceLine line)
    {
        line = default;
        if (_next >= Text.Length) return false;

        var rest = Text.AsSpan(_next);
        var feed = rest.IndexOf('\n');
        var full = feed < 0 ? rest.Length : feed + 1;
        line = new SourceLine(++Number, _next, rest[..full].TrimEnd("\r\n").Length, full);
        _next += full;
        return true;
    }

    internal ReadOnlySpan<char> Of(SourceLine line) => Text.AsSpan(line.Start, line.Length);

    internal ReadOnlySpan<char> FullOf(SourceLine line) => Text.AsSpan(line.Start, line.FullLength);
}
