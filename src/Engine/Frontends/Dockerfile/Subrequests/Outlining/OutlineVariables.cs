using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

/// <summary>Variables at a place of a Dockerfile.</summary>
internal sealed class OutlineVariables : IVariables
{
    private readonly Dictionary<string, string> _values;

    public OutlineVariables(IEnumerable<KeyValuePair<string, string>> values) => _values = new Dictionary<string, string>(values, StringComparer.Ordinal);

    public OutlineVariables(OutlineVariables other) : this(other._values) { }

    public IEnumerable<string> Names => _values.Keys;

    public string? Find(string name) => _values.GetValueOrDefault(name);

    public void Set(string name, string value) => _values[name] = value;
}
