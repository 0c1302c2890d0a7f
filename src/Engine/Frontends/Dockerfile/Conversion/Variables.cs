using System.Collections.Immutable;
using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Variables in the order in which they were last set, which is the order that steps get them in. Immutable, and cheap to add to: a Dockerfile may
/// set any number, one after another.</summary>
internal sealed class Variables : IVariables
{
    private readonly ImmutableDictionary<string, (int Order, string Value)> _values;
    private readonly int _next;

    private Variables(ImmutableDictionary<string, (int Order, string Value)> values, int next) => (_values, _next) = (values, next);

    public static Variables None { get; } = new(ImmutableDictionary.Create<string, (int, string)>(StringComparer.Ordinal), 0);

    public IEnumerable<string> Names => InOrder.Select(v => v.Key);

    /// <summary><c>NAME=value</c> each.</summary>
    public IReadOnlyList<string> Pairs => [.. InOrder.Select(v => $"{v.Key}={v.Value.Value}")];

    private IEnumerable<KeyValuePair<string, (int Order, string Value)>> InOrder => _values.OrderBy(v => v.Value.Order);

    public string? Find(string name) => _values.TryGetValue(name, out var found) ? found.Value : null;

    /// <summary>These and one more, which takes the place of one of its name and stands last.</summary>
    public Variables With(string name, string value) => new(_values.SetItem(name, (_next, value)), _next + 1);

    /// <summary>These and those of a list of <c>NAME=value</c>.</summary>
    public Variables With(IEnumerable<string> pairs) =>
        pairs.Select(Split).Aggregate(this, (variables, pair) => variables.With(pair.Name, pair.Value));

    private static (string Name, string Value) Split(string pair) =>
        pair.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (pair[..at], pair[(at + 1)..]) : (pair, "");
}
