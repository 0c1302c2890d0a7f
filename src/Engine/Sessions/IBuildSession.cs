using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Sessions;

/// <summary>What the caller lends a build. Nothing here is stored: it is asked for when a vertex needs it.</summary>
public interface IBuildSession
{
    /// <summary>The tree behind <c>local://name</c>, or <c>null</c> when the caller lends none of that name.</summary>
    LocalTree? FindLocal(string name);

    /// <summary>The absolute path of the folder behind <c>local://name</c>, or <c>null</c> when the caller lends none of that name. What of it a build takes, the
    /// attributes of the source say.</summary>
    string? FindFolder(string name);

    /// <summary>The files behind <c>local://name</c> when they are elsewhere and must come here first, or <c>null</c> when the caller lends none of that name so.</summary>
    /// <param name="name">The name in the graph.</param>
    /// <param name="attributes">What the source says of what is taken, as <see cref="FolderFilter.Of"/> reads it.</param>
    /// <param name="received">Hears how many bytes came, all in all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<SentTree?> FetchTreeAsync(string name, IReadOnlyDictionary<string, string> attributes, IProgress<long> received, CancellationToken cancellationToken) => new((SentTree?)null);

    /// <summary>The content behind <c>oci-layout://name@digest</c>: a layout directory, an archive, a store; or <c>null</c>.</summary>
    IContentSource? FindLayout(string name);

    /// <summary>The same, for a source that may say itself which layout of whose session it means.</summary>
    /// <param name="name">What stands before the digest in the graph.</param>
    /// <param name="attributes">Those of the source.</param>
    /// <param name="cancellationToken">Ends it.</param>
    ValueTask<IContentSource?> FindLayoutAsync(string name, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellationToken) => new(FindLayout(name));

    /// <summary>Opens what a caller uploads as <c>http://buildkit-session/...</c>, or <c>null</c> when it uploads nothing. It can be read once; the caller disposes
    /// the stream.</summary>
    ValueTask<Stream?> FindUploadAsync(Uri address, CancellationToken cancellationToken) => new((Stream?)null);

    /// <summary>Where the secret of an id is, or <c>null</c> when the caller lends none of that id.</summary>
    ISecretSource? FindSecret(string id);

    /// <summary>The SSH keys of an id, or <c>null</c> when the caller lends none of that id.</summary>
    SshSource? FindSsh(string id);
}
