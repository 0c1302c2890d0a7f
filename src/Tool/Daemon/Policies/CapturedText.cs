using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>Texts with <c>$1</c>, <c>${1}</c> and <c>$name</c> in them, as Go's regular expressions expand them.</summary>
internal static class CapturedText
{
    /// <summary>Puts what was captured in; a name that captured nothing becomes nothing.</summary>
    public static string Expand(string template, Match match)
    {
        var text = new StringBuilder();
        for (var at = 0; at < template.Length;)
        {
            if (template[at] != '$')
            {
                text.Append(template[at++]);
                continue;
            }
            if (at + 1 < template.Length && template[at + 1] == '$')
            {
                text.Append('$');
                at += 2;
                continue;
            }
            var (name, next) = ReadName(template, at + 1);
            text.Append(name is null ? "$" : Find(match, name));
            at = next;
        }
        return text.ToString();
    }

    private static (string? Name, int Next) ReadName(string template, int start)
    {
        var isBraced = start < template.Length && template[start] == '{';
        var from = isBraced ? start + 1 : start;
        var to = from;
        while (to < template.Length && (char.IsAsciiLetterOrDigit(template[to]) || template[to] == '_')) to++;
        if (to == from || (isBraced && (to == template.Length || template[to] != '}'))) return (null, start);
        return (template[from..to], isBraced ? to + 1 : to);
    }

    private static string Find(Match match, string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? match.Groups[number].Value : match.Groups[name].Value;
}
