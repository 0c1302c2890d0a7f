using System.Text;
using System.Text.RegularExpressions;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>A list of patterns of paths, as LLB's include and exclude patterns and <c>.dockerignore</c> have them (moby/patternmatcher): the last one
/// that matches a path, or a folder above it, decides, and one that begins with <c>!</c> takes back.</summary>
internal sealed class PathPatterns
{
    private readonly List<PathPattern> _patterns = [];

    /// <summary>Throws MBK2041 for a pattern that makes no sense.</summary>
    public PathPatterns(IEnumerable<string> patterns)
    {
        foreach (var pattern in patterns.Select(p => p.Trim()).Where(p => p.Length > 0)) _patterns.Add(PathPattern.Parse(pattern));
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

    private sealed class PathPattern
    {
        // What these escapes mean in the regular expressions that define the format.
        private static readonly Dictionary<char, string> s_escapes = new()
        {
            ['d'] = "[0-9]", ['D'] = "[^0-9]", ['w'] = "[0-9A-Za-z_]", ['W'] = "[^0-9A-Za-z_]", ['s'] = @"[\t\n\f\r ]", ['S'] = @"[^\t\n\f\r ]",
            ['a'] = @"\a", ['f'] = @"\f", ['n'] = @"\n", ['r'] = @"\r", ['t'] = @"\t", ['v'] = @"\v",
        };

        private readonly Func<string, bool> _matches;

        private PathPattern(bool isException, Func<string, bool> matches) => (IsException, _matches) = (isException, matches);

        public bool IsException { get; }

        public bool Matches(string path) => _matches(path);

        public static PathPattern Parse(string text)
        {
            var pattern = TreePath.Shorten(text);
            var isException = pattern.StartsWith('!');
            if (isException) pattern = pattern[1..];
            if (isException && pattern.Length == 0 || NamePattern.Parse(pattern) is null) throw FileErrors.BadPattern(text);
            return new PathPattern(isException, Compile(pattern, text));
        }

        private static Func<string, bool> Compile(string pattern, string shownAs)
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
                var expression = new Regex(ToExpression(pattern, shownAs), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
                return expression.IsMatch;
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw FileErrors.BadPattern(shownAs, e);
            }
        }

        private static string ToExpression(string pattern, string shownAs)
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
                        text.Append(s_escapes.GetValueOrDefault(next) ?? throw FileErrors.BadPattern(shownAs));
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
