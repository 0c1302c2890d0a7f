using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>What the client of a build lends, asked for over its session.</summary>
/// <param name="client">The client, or <c>null</c> for a build that has none.</param>
internal sealed class LentSession(ClientSession? client) : IBuildSession
{
    public ClientSession? Client => client;

    /// <inheritdoc />
    public LocalTree? FindLocal(string name) => null;

    /// <inheritdoc />
    public string? FindFolder(string name) => null;

    /// <inheritdoc />
    public IContentSource? FindLayout(string name) => null;

    /// <inheritdoc />
    public ISecretSource? FindSecret(string id) => client?.Serves(SessionSecret.Method) is true ? new SessionSecret(client, id) : null;

    /// <inheritdoc />
    public SshSource? FindSsh(string id) => null;
}
