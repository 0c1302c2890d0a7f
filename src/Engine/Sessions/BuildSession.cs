using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What a caller in the same process lends: trees, folders and layouts by name, secrets and SSH keys by id.</summary>
/// <remarks>Platforms may lend the same tree, such as a script: it counts once.</remarks>
public sealed class BuildSession(IEnumerable<LocalTree> trees, IReadOnlyDictionary<string, IContentSource> layouts) : IBuildSession
{
    private readonly Dictionary<string, LocalTree> _trees = trees.DistinctBy(t => t.Name).ToDictionary(t => t.Name, StringComparer.Ordinal);

    public IReadOnlyDictionary<string, ISecretSource> Secrets { get; init; } = new Dictionary<string, ISecretSource>();

    public IReadOnlyDictionary<string, SshSource> Ssh { get; init; } = new Dictionary<string, SshSource>();

    /// <summary>Absolute paths of folders by name.</summary>
    public IReadOnlyDictionary<string, string> Folders { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc />
    public LocalTree? FindLocal(string name) => _trees.GetValueOrDefault(name);

    /// <inheritdoc />
    public string? FindFolder(string name) => Folders.GetValueOrDefault(name);

    /// <inheritdoc />
    public IContentSource? FindLayout(string name) => layouts.GetValueOrDefault(name);

    /// <inheritdoc />
    public ISecretSource? FindSecret(string id) => Secrets.GetValueOrDefault(id);

    /// <inheritdoc />
    public SshSource? FindSsh(string id) => Ssh.GetValueOrDefault(id);
}
