using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Variables in the order in which they were last set, which is the order that steps get them in.</summary>
internal sealed class Variables : IVariables
{
    private readonly IReadOnlyList<KeyValuePair<string, string>> _pairs;

    private Variables(IReadOnlyList<KeyValuePair<string, string>> pairs) => _pairs = pairs;

    public static Variables None { get; } = new([]);

    public IEnumerable<string> Names => _pairs.Select(p => p.Key);

    /// <summary><c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Pairs => [.. _pairs.Select(p => $"{p.Key}={p.Value}")];

    public string? Find(string name)
    {
        foreach (var pair in _pairs)
            if (pair.Key == name)
                return pair.Value;
        return null;
    }

    /// <summary>These and one more, which takes the place of one of its name and stands last.</summary>
    public Variables With(string name, string value) =>
        new([.. _pairs.Where(p => p.Key != name), KeyValuePair.Create(name, value)]);

    /// <summary>These and those of a list of <c>NAME=value</c>.</summary>
    public Variables With(IEnumerable<string> pairs) =>
        pairs.Select(Split).Aggregate(this, (variables, pair) => variables.With(pair.Name, pair.Value));

    private static (string Name, string Value) Split(string pair) =>
        pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (pair[..at], pair[(at + 1)..]) : (pair, "");
}
