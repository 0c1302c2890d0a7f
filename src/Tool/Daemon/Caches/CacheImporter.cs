using System.Collections.Concurrent;
using MsBuildKit.Engine;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Sessions;

namespace MsBuildKit.Tool.Daemon.Caches;

/// <summary>Lets a build find results in the caches that its client and its frontends name. Each is read once; one that cannot be is told of, and the build goes on
/// without it.</summary>
internal sealed class CacheImporter(BuildJob job, BuildStatus status, ClientSession? client)
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> _imports = new(StringComparer.Ordinal);

    /// <summary>Returns when all of them can be asked.</summary>
    public Task ImportAsync(IEnumerable<CacheOption> caches, CancellationToken cancellationToken) =>
        Task.WhenAll(caches.Select(c => _imports.GetOrAdd(c.Identity, _ => new Lazy<Task>(() => ImportAsync(c, cancellationToken))).Value));

    private async Task ImportAsync(CacheOption cache, CancellationToken cancellationToken)
    {
        try
        {
            await status.RunAsync($"importing cache manifest from {NameOf(cache)}", async _ =>
            {
                await ReadAsync(cache, cancellationToken).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
        }
        catch (BuildException)
        {
            // The status says it.
        }
    }

    private Task ReadAsync(CacheOption cache, CancellationToken cancellationToken) => cache.Type switch
    {
        "registry" => job.ImportCacheAsync(Reference(cache), cancellationToken),
        "local" => job.ImportCacheAsync(SessionContent.OfFolder(Require(client), cache["src"]), Digest(cache), cache["src"], cancellationToken),
        _ => throw new DaemonException(DaemonException.NotOffered, ErrorKind.NotSupported, $"unknown cache importer: \"{cache.Type}\": use registry or local"),
    };

    private static string NameOf(CacheOption cache) => cache.Attributes.GetValueOrDefault("ref") ?? (cache.Type == "local" ? $"local:{cache["digest"]}" : cache.Type);

    private static ImageReference Reference(CacheOption cache) =>
        cache["ref"] is { Length: > 0 } name ? ImageReference.Parse(name) : throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "registry cache importer requires ref");

    private static Digest Digest(CacheOption cache) => Engine.Oci.Digest.TryParse(cache["digest"], out var digest) ? digest
        : throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, "local cache importer requires explicit digest");

    private static ClientSession Require(ClientSession? client) => client ?? throw new DaemonException(DaemonException.NoSession, ErrorKind.FailedPrecondition, "local cache exporter/importer requires session");
}
