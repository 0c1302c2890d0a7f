using System.Text;
using System.Text.RegularExpressions;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>A filter as containerd writes them: selectors behind commas must all hold, of several filters one. <c>name</c> asks whether there is such a value,
/// <c>name==value</c>, <c>name!=value</c> and <c>name~=pattern</c> what it is.</summary>
internal sealed class RecordFilter
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<Func<Func<string, string?>, bool>[]> _filters;

    private RecordFilter(IReadOnlyList<Func<Func<string, string?>, bool>[]> filters) => _filters = filters;

    /// <summary>Reads filters. Throws MBK2515.</summary>
    public static RecordFilter Parse(IEnumerable<string> filters) => new([.. filters.Select(f => new Reader(f).Read())]);

    /// <summary>Whether one of them fits; any thing fits when there is none.</summary>
    /// <param name="find">The value of a name: empty for what is only true, <c>null</c> for what is not there.</param>
    public bool Fits(Func<string, string?> find) => _filters.Count == 0 || _filters.Any(f => f.All(s => s(find)));

    private sealed class Reader(string text)
    {
        private int _at;

        public Func<Func<string, string?>, bool>[] Read()
        {
            if (text.Length == 0) return [];
            var selectors = new List<Func<Func<string, string?>, bool>>();
            do selectors.Add(Selector());
            while (TryTake(","));
            return _at == text.Length ? [.. selectors] : throw Wrong("a comma, or one of ==, != and ~=, is missing");
        }

        private Func<Func<string, string?>, bool> Selector()
        {
            var name = Name();
            if (TryTake("==") && Value() is { } equal) return find => find(name) == equal;
            if (TryTake("!=") && Value() is { } other) return find => find(name) != other;
            if (!TryTake("~=")) return find => find(name) is not null;
            var pattern = Pattern(Value());
            return find => find(name) is { } value && pattern.IsMatch(value);
        }

        private string Name()
        {
            var name = new StringBuilder();
            do name.Append(name.Length > 0 ? "." : "").Append(text.AsSpan(_at) is ['"', ..] ? Quoted() : Word(c => char.IsAsciiLetterOrDigit(c) || c is '_'));
            while (TryTake("."));
            return name.ToString();
        }

        private string Value() => text.AsSpan(_at) is ['"' or '/' or '|', ..] ? Quoted() : Word(c => c is not ',');

        private string Word(Func<char, bool> belongs)
        {
            var start = _at;
            while (_at < text.Length && belongs(text[_at])) _at++;
            return _at > start ? text[start.._at] : throw Wrong("a name or a value is missing");
        }

        private string Quoted()
        {
            var (mark, value) = (text[_at++], new StringBuilder());
            for (; _at < text.Length && text[_at] != mark; _at++)
            {
                if (text[_at] == '\\' && _at + 1 < text.Length && (text[_at + 1] == mark || (mark == '"' && text[_at + 1] == '\\'))) _at++;
                value.Append(text[_at]);
            }
            return _at++ < text.Length ? value.ToString() : throw Wrong("a quote has no end");
        }

        private Regex Pattern(string pattern)
        {
            try
            {
                return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, s_patience);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                throw Wrong(e.Message.TrimEnd('.'));
            }
        }

        private bool TryTake(string mark)
        {
            if (string.CompareOrdinal(text, _at, mark, 0, mark.Length) != 0) return false;
            _at += mark.Length;
            return true;
        }

        private DaemonException Wrong(string why) => new(DaemonException.BadFilter, ErrorKind.Invalid, $"'{text}' is no filter: {why}, at character {_at + 1}. Write such as type==regular or id~=^sha256.");
    }
}
