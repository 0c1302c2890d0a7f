namespace MsBuildKit.Engine.Frontends.Dockerfile.Words;

/// <summary>Variables by name.</summary>
public interface IVariables
{
    /// <summary>The value, or <c>null</c> when there is no such variable.</summary>
    string? Find(string name);

    /// <summary>All names, for suggestions.</summary>
    IEnumerable<string> Names { get; }
}
