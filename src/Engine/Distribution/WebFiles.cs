using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Brings files of web servers into a store. Connections are shared by all that is fetched here.</summary>
public sealed class WebFiles(RegistryOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, WebServer> _servers = new(StringComparer.Ordinal);

    /// <summary>The largest file, in bytes.</summary>
    /// <value>Default: 16 GiB.</value>
    public long MostBytes { get; init; } = 16L << 30;

    /// <summary>What time it is.</summary>
    internal TimeProvider Time => options.Time;

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var server in _servers.Values) server.Dispose();
    }

    /// <summary>Fetches a file, or finds that what was known of it still holds: then nothing is moved. Throws MBK1406 and MBK1411 to MBK1415, and
    /// MBK1201 when the store cannot take it.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="store">Gets its bytes.</param>
    /// <param name="progress">Hears how far it is.</param>
    /// <param name="cancellationToken">Leaves nothing in the store.</param>
    internal Task<WebFile> FetchAsync(WebRequest request, IContentStore store, IProgress<BuildEvent>? progress, CancellationToken cancellationToken) =>
        new WebDownload(ServerOf(request.Address), request, store, MostBytes, progress).RunAsync(cancellationToken);

    /// <summary>Where redirects lead from an address, for a program that does not follow them by itself.</summary>
    internal Task<Uri> ResolveAsync(WebRequest request, CancellationToken cancellationToken) => ServerOf(request.Address).ResolveAsync(request, cancellationToken);

    // By name and not by origin: whether an address is a narrower circle's does not depend on the port.
    private WebServer ServerOf(Uri address) => _servers.GetOrAdd(address.IdnHost, host => new WebServer(host, options));
}
