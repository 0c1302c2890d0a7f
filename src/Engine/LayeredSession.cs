using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine;

/// <summary>What another session lends, and layouts besides.</summary>
internal sealed class LayeredSession(IBuildSession session, IReadOnlyDictionary<string, IContentSource> layouts) : IBuildSession
{
    /// <inheritdoc />
    public LocalTree? FindLocal(string name) => session.FindLocal(name);

    /// <inheritdoc />
    public string? FindFolder(string name) => session.FindFolder(name);

    /// <inheritdoc />
    public IContentSource? FindLayout(string name) => layouts.GetValueOrDefault(name) ?? session.FindLayout(name);

    /// <inheritdoc />
    public ISecretSource? FindSecret(string id) => session.FindSecret(id);

    /// <inheritdoc />
    public SshSource? FindSsh(string id) => session.FindSsh(id);
}
