using System.Text;

namespace MsBuildKit.Engine.Llb.Patterns;

/// <summary>A pattern of shell names, as wildcards in LLB are (Go's <c>filepath.Match</c>): <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[^a]</c>, and
/// <c>\</c> before what is meant as it stands.</summary>
/// <remarks><c>*</c> and <c>?</c> do not stand for a slash, a class may. A class is neither empty nor open.</remarks>
internal sealed class NamePattern
{
    private readonly List<Token> _tokens;

    private NamePattern(List<Token> tokens) => _tokens = tokens;

    private enum Kind
    {
        Rune,
        Any,
        Star,
        Class,
    }

    /// <summary>Reads a pattern; <c>null</c> when it makes no sense.</summary>
    public static NamePattern? Parse(string pattern)
    {
        var runes = pattern.EnumerateRunes().ToArray();
        var tokens = new List<Token>();
        for (var at = 0; at < runes.Length;)
        {
            switch (runes[at].Value)
            {
                case '*':
                    tokens.Add(new Token(Kind.Star));
                    at++;
                    break;
                case '?':
                    tokens.Add(new Token(Kind.Any));
                    at++;
                    break;
                case '[':
                    if (ParseClass(runes, ref at) is not { } parsed) return null;
                    tokens.Add(parsed);
                    break;
                case '\\':
                    if (at + 1 == runes.Length) return null;
                    tokens.Add(new Token(Kind.Rune, runes[at + 1]));
                    at += 2;
                    break;
                default:
                    tokens.Add(new Token(Kind.Rune, runes[at++]));
                    break;
            }
        }
        return new NamePattern(tokens);
    }

    /// <summary>The text has something of a pattern in it.</summary>
    public static bool IsOne(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] is '*' or '?' or '[') return true;
        }
        return false;
    }

    /// <summary>The whole of <paramref name="name"/> is as the pattern says.</summary>
    public bool Matches(string name)
    {
        var runes = name.EnumerateRunes().ToArray();
        // What the last star stands for grows until the rest fits; no star before it has to be tried again.
        var (token, at, star, began) = (0, 0, -1, 0);
        while (token < _tokens.Count || at < runes.Length)
        {
            if (token < _tokens.Count && _tokens[token].Kind == Kind.Star)
            {
                (star, began) = (token++, at);
                continue;
            }
            if (token < _tokens.Count && at < runes.Length && _tokens[token].Fits(runes[at]))
            {
                token++;
                at++;
                continue;
            }
            if (star < 0 || began == runes.Length || runes[began].Value == '/') return false;
            (token, at) = (star + 1, ++began);
        }
        return true;
    }

    private static Token? ParseClass(Rune[] runes, ref int at)
    {
        at++;
        var isNegated = at < runes.Length && runes[at].Value == '^';
        if (isNegated) at++;
        var ranges = new List<(Rune, Rune)>();
        while (at < runes.Length && (runes[at].Value != ']' || ranges.Count == 0))
        {
            if (ParseRune(runes, ref at) is not { } low) return null;
            var high = low;
            if (at < runes.Length && runes[at].Value == '-')
            {
                at++;
                if (ParseRune(runes, ref at) is not { } last) return null;
                high = last;
            }
            ranges.Add((low, high));
        }
        return at++ < runes.Length ? new Token(Kind.Class, Ranges: ranges, IsNegated: isNegated) : null;
    }

    private static Rune? ParseRune(Rune[] runes, ref int at)
    {
        if (at == runes.Length || runes[at].Value is '-' or ']') return null;
        if (runes[at].Value == '\\' && ++at == runes.Length) return null;
        return runes[at++];
    }

    private sealed record Token(Kind Kind, Rune Rune = default, IReadOnlyList<(Rune Low, Rune High)>? Ranges = null, bool IsNegated = false)
    {
        public bool Fits(Rune rune) => Kind switch
        {
            Kind.Rune => rune == Rune,
            Kind.Any => rune.Value != '/',
            _ => Ranges!.Any(r => r.Low <= rune && rune <= r.High) != IsNegated,
        };
    }
}
