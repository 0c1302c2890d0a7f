namespace MsBuildKit.Engine;

/// <summary>Lists as MSBuild writes them, so that a <c>;</c> in an item does not pass for two.</summary>
internal static class ParameterText
{
    public static string List(IEnumerable<string> items) =>
        string.Join(';', items.Select(i => i.Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal)));

    public static string Pairs(IEnumerable<KeyValuePair<string, string>> pairs) => List(pairs.Select(p => $"{p.Key}={p.Value}"));
}
