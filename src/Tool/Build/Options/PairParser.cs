namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads options of the form <c>NAME=VALUE</c>, of which the last of a name counts.</summary>
internal static class PairParser
{
    /// <param name="option">The option.</param>
    /// <param name="texts">Its values.</param>
    /// <param name="find">The value of a name without one; <c>null</c> leaves the name out.</param>
    /// <param name="faults">Hears what is wrong.</param>
    public static Dictionary<string, string> Parse(string option, IEnumerable<string> texts, Func<string, string?> find, OptionFaults faults)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var parts = text.Split('=', 2);
            if (parts[0].Trim().Length == 0) faults.Add(option, $"'{text}' begins with no name. Write NAME=VALUE.");
            else if ((parts.Length == 2 ? parts[1] : find(parts[0])) is { } value) pairs[parts[0]] = value;
        }
        return pairs;
    }
}
