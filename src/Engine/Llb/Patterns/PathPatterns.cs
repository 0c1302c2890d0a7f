using System.Text;
using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Llb.Patterns;

/// <summary>A list of patterns of paths, as LLB's include and exclude patterns and <c>.dockerignore</c> have them (moby/patternmatcher): the last one
/// that matches a path, or a folder above it, decides, and one that begins with <c>!</c> takes back.</summary>
internal sealed class PathPatterns
{
    private readonly List<PathPattern> _patterns = [];

    /// <param name="patterns">In order; empty ones count for nothing.</param>
    /// <param name="fault">Makes the error for a pattern that makes no sense.</param>
    public PathPatterns(IEnumerable<string> patterns, Func<string, Exception?, Exception> fault)
    {
        foreach (var pattern in patterns.Select(p => p.Trim()).Where(p => p.Length > 0)) _patterns.Add(PathPattern.Parse(pattern, fault));
    }

    /// <summary>Some of them take back what others say.</summary>
    public bool HasExceptions => _patterns.Any(p => p.IsException);

    /// <summary>What the patterns say of a path.</summary>
    /// <param name="path">Relative, without links.</param>
    /// <param name="above">What <paramref name="found"/> was for the folder that it is in; empty at the top.</param>
    /// <param name="found">Which patterns match it, for what is in it.</param>
    public bool Match(string path, IReadOnlyList<bool> above, out IReadOnlyList<bool> found)
    {
        var matched = false;
        var matches = new bool[_patterns.Count];
        for (var i = 0; i < matches.Length; i++)
        {
            matches[i] = above.Count > 0 && above[i];
            // One that could change nothing is not asked, here or for what is in this folder.
            if (!matches[i] && _patterns[i].IsException != matched) continue;
            matches[i] = matches[i] || _patterns[i].Matches(path);
            if (matches[i]) matched = !_patterns[i].IsException;
        }
        found = matches;
        return matched;
    }

    /// <summary>Something in a folder that itself does not match may match: else there is no need to look into it.</summary>
    public bool MayMatchBelow(string folder) => _patterns.Any(p => !p.IsException && p.MayMatchBelow(folder));

    /// <summary>Something in a folder that matches may be taken back.</summary>
    public bool MayTakeBackBelow(string folder) => _patterns.Any(p => p.IsException && p.MayMatchBelow(folder));

    private sealed class PathPattern
    {
        // What these escapes mean in the regular expressions that define the format.
        private static readonly Dictionary<char, string> s_escapes = new()
        {
            ['d'] = "[0-9]", ['D'] = "[^0-9]", ['w'] = "[0-9A-Za-z_]", ['W'] = "[^0-9A-Za-z_]", ['s'] = @"[\t\n\f\r ]", ['S'] = @"[^\t\n\f\r ]",
            ['a'] = @"\a", ['f'] = @"\f", ['n'] = @"\n", ['r'] = @"\r", ['t'] = @"\t", ['v'] = @"\v",
        };

        private readonly Func<string, bool> _matches;
        private readonly string _plain;
        private readonly bool _isPlain;

        private PathPattern(bool isException, string pattern, Func<string, bool> matches)
        {
            var parts = pattern.Split('/');
            var plain = parts.TakeWhile(p => !p.AsSpan().ContainsAny("*?[]\\")).ToArray();
            (IsException, _matches, _plain, _isPlain) = (isException, matches, string.Join('/', plain), plain.Length == parts.Length);
        }

        public bool IsException { get; }

        public bool Matches(string path) => _matches(path);

        // What is before the first wildcard leads to the folder or, where there is one, may be above it.
        public bool MayMatchBelow(string folder) => IsAbove(folder, _plain) || (!_isPlain && (_plain.Length == 0 || _plain == folder || IsAbove(_plain, folder)));

        public static PathPattern Parse(string text, Func<string, Exception?, Exception> fault)
        {
            var pattern = SlashPath.Shorten(text);
            var isException = pattern.StartsWith('!');
            if (isException) pattern = pattern[1..];
            if (isException && pattern.Length == 0 || NamePattern.Parse(pattern) is null) throw fault(text, null);
            return new PathPattern(isException, pattern, Compile(pattern, text, fault));
        }

        private static bool IsAbove(string folder, string path) => path.Length > folder.Length && path[folder.Length] == '/' && path.StartsWith(folder, StringComparison.Ordinal);

        private static Func<string, bool> Compile(string pattern, string shownAs, Func<string, Exception?, Exception> fault)
        {
            var simple = !pattern.AsSpan().ContainsAny("*?[]\\");
            if (simple) return path => path == pattern;
            // '**' at the end alone, or at the beginning alone: no more than comparing.
            var (head, tail) = (pattern.StartsWith("**", StringComparison.Ordinal), pattern.EndsWith("**", StringComparison.Ordinal));
            if (tail && !pattern.AsSpan(0, pattern.Length - 2).ContainsAny("*?[]\\")) return path => path.StartsWith(pattern.AsSpan(0, pattern.Length - 2), StringComparison.Ordinal);
            if (head && !pattern.AsSpan(2).ContainsAny("*?[]\\"))
            {
                var suffix = pattern[2..];
                return path => path.EndsWith(suffix, StringComparison.Ordinal) || (suffix[0] == '/' && path == suffix[1..]);
            }
            try
            {
                var expression = new Regex(ToExpression(pattern, shownAs, fault), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
                return expression.IsMatch;
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw fault(shownAs, e);
            }
        }

        private static string ToExpression(string pattern, string shownAs, Func<string, Exception?, Exception> fault)
        {
            var text = new StringBuilder("^");
            for (var i = 0; i < pattern.Length; i++)
            {
                var next = i + 1 < pattern.Length ? pattern[i + 1] : '\0';
                switch (pattern[i])
                {
                    case '*' when next == '*':
                        i += i + 2 < pattern.Length && pattern[i + 2] == '/' ? 2 : 1;
                        text.Append(i + 1 == pattern.Length ? ".*" : "(.*/)?");
                        break;
                    case '*':
                        text.Append("[^/]*");
                        break;
                    case '?':
                        text.Append("[^/]");
                        break;
                    case '\\' when char.IsAsciiLetterOrDigit(next):
                        text.Append(s_escapes.GetValueOrDefault(next) ?? throw fault(shownAs, null));
                        i++;
                        break;
                    case '\\':
                        text.Append('\\').Append(next);
                        i++;
                        break;
                    case '.' or '+' or '(' or ')' or '|' or '{' or '}' or '$':
                        text.Append('\\').Append(pattern[i]);
                        break;
                    default:
                        text.Append(pattern[i]);
                        break;
                }
            }
            return text.Append(@"\z").ToString();
        }
    }
}
