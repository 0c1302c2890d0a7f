using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>Words with variables: an expansion ends, is no longer than it may be, and gives the same text as its words do.</summary>
internal sealed class WordsTarget : FuzzTarget
{
    private const int Longest = 1024 * 1024;

    private static readonly WordOptions[] s_options =
    [
        new(), new('`'), new() { KeepQuotes = true, KeepUnknown = true }, new() { KeepQuotes = true, KeepEscapes = true, KeepUnknown = true }, new() { IgnoreQuotes = true },
    ];

    private readonly Lent _variables = new();

    public override IReadOnlyList<string> Words =>
    [
        "$a", "${a}", "${a:-", "${n:-", "${n:+", "${a?", "${l#", "${l##*", "${l%", "${l%%", "${l/", "${l//", "${l//a*b/", "}", "/", "*", "?", "\\*", "\\}", "\\/", "'", "\"", "\\", "`", "<<", "$n", "$l", "${l//a/$l}", " ", "\n", "\ud83d\ude80",
    ];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["names"] = "x$a ${a} ${n:-d} ${n-$a} ${a:+y} ${e?z} $1 $@ '$a' \"$a\" \\$a",
        ["trims"] = "${p#*/} ${p##*/} ${p%.*} ${p%%.*} ${p#?\\*} ${l%a*a}",
        ["replaced"] = "${p/a/b} ${p//a/b} ${p//\\//-} ${l//a*a/x} ${p///}",
        ["nested"] = "${n:-${n:-${n:-'a}b' \"${a:+c}\"}}}",
        ["growing"] = "$l$l$l${n:+$l$l}${l//a/$l}",
        ["broken"] = "${a ${ ${} ${a:=b} ' \"",
        ["patterns"] = "${l##*a*a*a*a*b}${l%b*a*a*a*}${l//?*?*?b/}",
    }.Select(s => (s.Key, Bytes(s.Value)));

    public override string Run(byte[] input)
    {
        var text = Text(input);
        var seen = new List<string>();
        foreach (var options in s_options)
        {
            var expander = new WordExpander(options);
            try
            {
                var expanded = expander.Expand(text, _variables);
                Require(expanded.Text.Length <= Longest, $"the text is {expanded.Text.Length} long");
                var words = expander.ExpandWords(text, _variables);
                Require(words.Sum(w => (long)w.Length) <= expanded.Text.Length, "the words are more than the text");
                seen.Add($"{expanded.Matched.Count} {Math.Min(expanded.Unmatched.Count, 3)} {Math.Min(words.Count, 5)}");
            }
            catch (WordException e)
            {
                seen.Add(e.Code);
            }
        }
        return string.Join('|', seen);
    }

    private sealed class Lent : IVariables
    {
        private readonly Dictionary<string, string> _values = new() { ["a"] = "A b", ["e"] = "", ["p"] = "/usr/lib/app.tar.gz", ["l"] = new string('a', 20_000) };

        public IEnumerable<string> Names => _values.Keys;

        public string? Find(string name) => _values.GetValueOrDefault(name);
    }
}
