using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What a caller in the same process lends: trees and layouts by name.</summary>
public sealed class BuildSession(IEnumerable<LocalTree> trees, IReadOnlyDictionary<string, IContentSource> layouts) : IBuildSession
{
    private readonly Dictionary<string, LocalTree> _trees = trees.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <inheritdoc />
    public LocalTree? FindLocal(string name) => _trees.GetValueOrDefault(name);

    /// <inheritdoc />
    public IContentSource? FindLayout(string name) => layouts.GetValueOrDefault(name);
}
