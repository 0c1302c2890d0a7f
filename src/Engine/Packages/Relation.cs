namespace MsBuildKit.Engine.Packages;

/// <summary>One alternative of a relation between packages (Debian policy, 7.1).</summary>
/// <param name="Architecture">The qualifier after the colon, such as <c>any</c>, or <c>null</c>.</param>
/// <param name="Operator">One of <c>&lt;&lt; &lt;= = &gt;= &gt;&gt;</c>, or <c>null</c> for any version.</param>
internal sealed record Relation(string Name, string? Architecture, string? Operator, string? Version)
{
    public bool Accepts(string version) => Operator is null || DebianVersion.Satisfies(version, Operator, Version!);

    public override string ToString() => Operator is null ? Name : $"{Name} ({Operator} {Version})";

    /// <summary>Groups that must all hold; of each group one alternative.</summary>
    public static IReadOnlyList<IReadOnlyList<Relation>> Parse(string? field) => string.IsNullOrWhiteSpace(field)
        ? []
        : [.. Split(field, ',').Select(group => (IReadOnlyList<Relation>)[.. Split(group, '|').Select(One)])];

    private static string[] Split(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static Relation One(string text)
    {
        var bracket = text.IndexOf('[');
        if (bracket >= 0) text = text[..bracket].Trim();
        var open = text.IndexOf('(');
        var name = (open < 0 ? text : text[..open]).Trim();
        var colon = name.IndexOf(':');
        var architecture = colon < 0 ? null : name[(colon + 1)..];
        if (colon >= 0) name = name[..colon];
        if (open < 0) return new Relation(name, architecture, null, null);
        var bound = text[(open + 1)..].TrimEnd(')', ' ');
        // What names no version, or no relation to one, is satisfied by nothing.
        var length = bound.AsSpan().IndexOfAnyExcept('<', '>', '=') is >= 0 and var end ? end : bound.Length;
        return new Relation(name, architecture, bound[..length], bound[length..].Trim());
    }
}
