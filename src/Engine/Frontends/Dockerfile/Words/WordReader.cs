using System.Text;
using MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>Reads one word or row of words from start to end.</summary>
internal sealed class WordReader(string source, WordOptions options, IVariables variables)
{
    private const char End = '\uFFFF';

    private readonly HashSet<string> _matched = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unmatched = new(StringComparer.Ordinal);
    private readonly WorkLimit _limit = new();
    private bool _keepEscapes = options.KeepEscapes;
    private int _at;
    private int _depth;

    internal IReadOnlyCollection<string> Matched => _matched;

    internal IReadOnlyCollection<string> Unmatched => _unmatched;

    private bool AtEnd => _at >= source.Length;

    internal (string Text, IReadOnlyList<string> Words) ReadAll()
    {
        var read = ReadUntil(null, options.KeepEscapes);
        return (read.Text, read.Finish());
    }

    private char Peek() => AtEnd ? End : source[_at];

    private char Next() => AtEnd ? End : source[_at++];

    private WordList ReadUntil(char? stop, bool keepEscapes)
    {
        WorkLimit.CheckDepth(++_depth);
        var outer = _keepEscapes;
        _keepEscapes = keepEscapes;
        var read = new WordList(_limit);
        while (!AtEnd && Peek() != stop) ReadOne(read);
        if (stop is not null && AtEnd) throw Syntax($"lacks '{stop}'");

        if (stop is not null) _at++;
        _keepEscapes = outer;
        _depth--;
        return read;
    }

    private void ReadOne(WordList read)
    {
        switch (Peek())
        {
            case '$':
                read.Add(ReadVariable());
                return;
            case '<':
                read.AddLiteral(ReadHeredocStart());
                return;
            case '\'' when !options.IgnoreQuotes:
                read.AddLiteral(ReadSingleQuoted());
                return;
            case '"' when !options.IgnoreQuotes:
                read.AddLiteral(ReadDoubleQuoted());
                return;
        }

        var c = Next();
        if (c != options.Escape)
        {
            read.Add(c);
            return;
        }
        if (_keepEscapes) read.AddLiteral(c);
        if (!AtEnd) read.AddLiteral(Next());
    }

    private string ReadSingleQuoted()
    {
        var end = source.IndexOf('\'', _at + 1);
        if (end < 0) throw Syntax("lacks its closing single quote");

        var text = options.KeepQuotes ? source[_at..(end + 1)] : source[(_at + 1)..end];
        _at = end + 1;
        return text;
    }

    private string ReadDoubleQuoted()
    {
        var text = new WordList(_limit);
        if (options.KeepQuotes) text.AddLiteral('"');
        _at++;
        while (Peek() != '"' || AtEnd)
        {
            if (AtEnd) throw Syntax("lacks its closing double quote");
            if (Peek() == '$') text.AddLiteral(ReadVariable());
            else ReadQuotedCharacter(text);
        }

        _at++;
        if (options.KeepQuotes) text.AddLiteral('"');
        return text.Text;
    }

    // In double quotes only the quote, the dollar sign and the escape character itself can be escaped.
    private void ReadQuotedCharacter(WordList text)
    {
        var c = Next();
        if (c != options.Escape)
        {
            text.AddLiteral(c);
            return;
        }

        if (_keepEscapes) text.AddLiteral(c);
        if (AtEnd) return;
        text.AddLiteral(Peek() == '"' || Peek() == '$' || Peek() == options.Escape ? Next() : c);
    }

    // A document's delimiter may stand apart from its <<: they are one word.
    private string ReadHeredocStart()
    {
        var start = _at++;
        if (Peek() != '<') return "<";

        _at++;
        while (Peek() is '\t' or '\r' or ' ') _at++;
        return source[start.._at];
    }

    private string ReadVariable()
    {
        _at++;
        if (Peek() == '{' && !AtEnd) return ReadBraced();

        var name = ReadName();
        return name.Length == 0 ? "$" : Find(name) ?? (options.KeepUnknown ? "$" + name : "");
    }

    private string ReadBraced()
    {
        _at++;
        if (AtEnd) throw Syntax("lacks '}'");
        if (Peek() is '{' or '}' or ':') throw Syntax("has a substitution without a name");

        var name = ReadName();
        if (AtEnd) throw Syntax("lacks '}'");
        var modifier = Next();
        return modifier switch
        {
            '}' => Find(name) ?? (options.KeepUnknown ? $"${{{name}}}" : ""),
            ':' => ReadModified(name, Next(), isColon: true),
            '+' or '-' or '?' or '#' or '%' => ReadModified(name, modifier, isColon: false),
            '/' => ReadReplaced(name),
            _ => throw Unsupported(modifier.ToString()),
        };
    }

    private string ReadModified(string name, char modifier, bool isColon)
    {
        var written = isColon ? ":" + modifier : modifier.ToString();
        var isPattern = modifier is '#' or '%';
        if (isPattern && isColon) throw Unsupported(written);

        var word = ReadUntil('}', isPattern).Text;
        var value = Find(name);
        if (value is null && options.KeepUnknown) return $"${{{name}{written}{word}}}";

        var isThere = value is not null && !(isColon && value.Length == 0);
        return modifier switch
        {
            '-' => isThere ? value! : word,
            '+' => isThere ? word : "",
            '?' => isThere ? value! : throw Required(name, word, value is null),
            '#' or '%' => Trim(value ?? "", word, modifier),
            _ => throw Unsupported(written),
        };
    }

    private string Trim(string value, string word, char modifier)
    {
        var isLongest = word.StartsWith(modifier);
        var pattern = WordPattern.Parse(isLongest ? word[1..] : word, _limit);
        return modifier == '#' ? pattern.TrimStart(value, isLongest) : pattern.TrimEnd(value, isLongest);
    }

    private string ReadReplaced(string name)
    {
        var isAll = Peek() == '/';
        if (isAll) _at++;
        var pattern = ReadUntil('/', keepEscapes: true).Text;
        var replacement = ReadUntil('}', keepEscapes: true).Text;
        var value = Find(name);
        if (value is null && options.KeepUnknown) return $"${{{name}/{pattern}/{replacement}}}";
        return WordPattern.Parse(pattern, _limit).Replace(value ?? "", replacement, isAll);
    }

    // Digits, one sign that a shell knows, or letters, digits and underscores.
    private string ReadName()
    {
        var start = _at;
        if (AtEnd) return "";
        if (IsDigit())
        {
            while (IsDigit()) Skip();
            return source[start.._at];
        }
        if (Peek() is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _at++;
            return source[start.._at];
        }
        while (!AtEnd && (Peek() == '_' || Rune.IsLetterOrDigit(RuneHere()))) Skip();
        return source[start.._at];
    }

    private bool IsDigit() => !AtEnd && Rune.IsDigit(RuneHere());

    private void Skip() => _at += RuneHere().Utf16SequenceLength;

    private Rune RuneHere() => Rune.TryGetRuneAt(source, _at, out var rune) ? rune : Rune.ReplacementChar;

    private string? Find(string name)
    {
        var value = variables.Find(name);
        (value is null ? _unmatched : _matched).Add(name);
        return value;
    }

    private static WordException Required(string name, string message, bool isUnset)
    {
        var why = message.Length > 0 ? message : isUnset ? "it must be set" : "it must not be empty";
        return new WordException(DockerfileCodes.VariableRequired, $"{name}: {why}. The variable is required: give it a value.");
    }

    private WordException Unsupported(string modifier) => Syntax($"has the modifier '{modifier}', which is unknown");

    private WordException Syntax(string what)
        => new(DockerfileCodes.WordSyntax, $"The word '{(source.Length > 100 ? source[..100] + "..." : source)}' {what}; correct it, or escape what is meant literally.");
}
