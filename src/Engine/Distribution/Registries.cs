using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Opens repositories. Connections and tokens are shared by all that is opened here.</summary>
public sealed class Registries(ICredentialSource credentials, RegistryOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<(string Registry, bool Push), RegistryConnection> _connections = new();

    /// <summary>Opens a repository to read; its documents are kept in <paramref name="documents"/>.</summary>
    public RegistryRepository OpenRepository(ImageReference reference, IContentStore documents) =>
        new(Connect(reference.Registry, push: false), reference.Repository, documents);

    /// <summary>Opens a repository to write.</summary>
    public RegistryPusher OpenPusher(ImageReference reference) => new(Connect(reference.Registry, push: true), reference.Repository);

    /// <summary>Blobs to move at once.</summary>
    public int Parallelism => options.Parallelism;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var connection in _connections.Values) connection.Dispose();
    }

    private RegistryConnection Connect(string registry, bool push) =>
        _connections.GetOrAdd((registry, push), key => new RegistryConnection(key.Registry, key.Push, credentials, options));
}
