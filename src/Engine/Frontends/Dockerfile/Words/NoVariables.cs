namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>No variable at all.</summary>
public sealed class NoVariables : IVariables
{
    private NoVariables() { }

    public static NoVariables Instance { get; } = new();

    public IEnumerable<string> Names => [];

    public string? Find(string name) => null;
}
