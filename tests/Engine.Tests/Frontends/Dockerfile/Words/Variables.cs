using MsBuildKit.Engine.Frontends.Dockerfile.Words;

namespace MsBuildKit.Engine.Tests.Frontends.Dockerfile.Words;

/// <summary>Variables of a test.</summary>
internal sealed class Variables(params (string Name, string Value)[] variables) : IVariables
{
    private readonly Dictionary<string, string> _values = variables.ToDictionary(v => v.Name, v => v.Value);

    public IEnumerable<string> Names => _values.Keys;

    public string? Find(string name) => _values.GetValueOrDefault(name);
}
