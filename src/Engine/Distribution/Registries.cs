using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Opens repositories. Connections and tokens are shared by all that is opened here.</summary>
public sealed class Registries(ICredentialSource credentials, RegistryOptions options) : IDisposable
{
    // A mirror that fails costs little time: the registry itself is there too.
    private const int TriesOfMirrors = 2;

    private readonly ConcurrentDictionary<(string Registry, bool Push), RegistryConnection> _connections = new();

    private readonly ConcurrentDictionary<string, RegistryConnection> _mirrors = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>As a developer's machine reaches them: with its credentials, and with the registries that the .NET SDK's variable lets go without TLS.</summary>
    /// <param name="environment">A copy of the environment.</param>
    /// <param name="homeDirectory">Absolute.</param>
    /// <param name="time">The clock.</param>
    /// <param name="random">For the jitter of pauses.</param>
    /// <param name="credentials">Somebody else's credentials in place of the machine's; <c>null</c> for those.</param>
    public static Registries OfHost(IReadOnlyDictionary<string, string> environment, string homeDirectory, TimeProvider time, Random random, ICredentialSource? credentials = null) => new(
        credentials ?? new HostCredentials(environment, homeDirectory),
        new RegistryOptions
        {
            Time = time,
            Random = random,
            InsecureRegistries = environment.GetValueOrDefault("DOTNET_CONTAINER_INSECURE_REGISTRIES", "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
        });

    /// <summary>The same, with what is known of single registries.</summary>
    public Registries With(IReadOnlyDictionary<string, RegistryHost> hosts) => new(credentials, options with { Hosts = hosts });

    /// <summary>Opens a repository to read; its documents are kept in <paramref name="documents"/>.</summary>
    public RegistryRepository OpenRepository(ImageReference reference, IContentStore documents)
    {
        var own = Connect(reference.Registry, push: false);
        return new(own, reference.Repository, documents, [.. own.Mirrors.Select(m => OpenMirror(m, reference.Repository, documents))]);
    }

    /// <summary>Opens a repository to write.</summary>
    public RegistryPusher OpenPusher(ImageReference reference) => new(Connect(reference.Registry, push: true), reference.Repository);

    /// <summary>Blobs to move at once.</summary>
    public int Parallelism => options.Parallelism;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var connection in _connections.Values.Concat(_mirrors.Values)) connection.Dispose();
    }

    private RegistryRepository OpenMirror(string mirror, string repository, IContentStore documents)
    {
        var (host, folder) = mirror.IndexOf('/', StringComparison.Ordinal) is > 0 and var end ? (mirror[..end], mirror[end..].Trim('/') + "/") : (mirror, "");
        var connection = _mirrors.GetOrAdd(host, h => new RegistryConnection(h, false, credentials, options with { Attempts = TriesOfMirrors, DoubtfulAttempts = 1 }));
        return new(connection, folder + repository, documents, []);
    }

    private RegistryConnection Connect(string registry, bool push) =>
        _connections.GetOrAdd((registry, push), key => new RegistryConnection(key.Registry, key.Push, credentials, options));
}
