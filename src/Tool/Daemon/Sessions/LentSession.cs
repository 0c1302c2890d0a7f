using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>What the client of a build lends, asked for over its session. Graphs may name the sessions of other clients.</summary>
/// <param name="client">The client, or <c>null</c> for a build that has none.</param>
/// <param name="sessions">Every client that is there.</param>
/// <param name="trees">Keeps the folders that are lent.</param>
internal sealed class LentSession(ClientSession? client, SessionRegistry sessions, SessionTrees trees) : IBuildSession
{
    private const string LayoutSession = "oci.session", LayoutStore = "oci.store", TreeSession = "local.session";

    public ClientSession? Client => client;

    /// <summary>The client that a graph or request names, or the build's own when it names none. Throws MBK2502 when no such client comes.</summary>
    public async ValueTask<ClientSession?> FindClientAsync(string id, CancellationToken cancellationToken) =>
        id.Length == 0 || id == client?.Id ? client : await sessions.GetAsync(id, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc />
    public LocalTree? FindLocal(string name) => null;

    /// <inheritdoc />
    public string? FindFolder(string name) => null;

    /// <inheritdoc />
    public async ValueTask<SentTree?> FetchTreeAsync(string name, IReadOnlyDictionary<string, string> attributes, IProgress<long> received, CancellationToken cancellationToken) =>
        await FindClientAsync(attributes.GetValueOrDefault(TreeSession, ""), cancellationToken).ConfigureAwait(false) is { } lender
            ? await trees.FetchAsync(lender, name, attributes, received, cancellationToken).ConfigureAwait(false) : null;

    /// <inheritdoc />
    public IContentSource? FindLayout(string name) => LayoutOf(client, name);

    /// <inheritdoc />
    public async ValueTask<IContentSource?> FindLayoutAsync(string name, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken) =>
        LayoutOf(await FindClientAsync(attributes.GetValueOrDefault(LayoutSession, ""), cancellationToken).ConfigureAwait(false), attributes.GetValueOrDefault(LayoutStore) is { Length: > 0 } store ? store : name);

    /// <inheritdoc />
    public ValueTask<Stream?> FindUploadAsync(Uri address, CancellationToken cancellationToken) =>
        new(client?.Serves(SessionUpload.Method) is true ? new SessionUpload(client, address) : null);

    /// <inheritdoc />
    public ISecretSource? FindSecret(string id) => client?.Serves(SessionSecret.Method) is true ? new SessionSecret(client, id) : null;

    /// <inheritdoc />
    public SshSource? FindSsh(string id) => client?.Serves(SessionAgent.Method) is true ? new SessionAgent(client, id) : null;

    private static SessionContent? LayoutOf(ClientSession? client, string name) =>
        client is not null && SessionContent.IsLentBy(client) ? new SessionContent(client, SessionContent.OfLayout(name)) : null;
}
