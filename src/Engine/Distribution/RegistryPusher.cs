using System.Net.Http.Headers;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Writes to one repository of a registry (distribution-spec, "Push").</summary>
/// <remarks>What is there is not sent; what another repository of the same registry has is mounted; an upload that a refused mount
/// opened is used. The caller pushes what is referred to before what refers to it, and tags last.</remarks>
public sealed class RegistryPusher
{
    private readonly RegistryConnection _connection;
    private readonly TokenScope _scope;

    internal RegistryPusher(RegistryConnection connection, string name) => (_connection, _scope) = (connection, new TokenScope(name, connection.Push));

    /// <summary>Makes sure that the repository has a blob. <paramref name="open"/> is called only when bytes must be sent, and anew for each
    /// try.</summary>
    /// <param name="blob">Its descriptor.</param>
    /// <param name="mountFrom">A repository of the same registry that has it, or <c>null</c>.</param>
    /// <param name="open">Opens the blob from its first byte.</param>
    /// <param name="progress">Is told of the bytes that move.</param>
    /// <returns>Bytes sent.</returns>
    public async Task<long> PushBlobAsync(
        Descriptor blob, string? mountFrom, Func<CancellationToken, Task<Stream>> open, IProgress<BuildEvent>? progress, CancellationToken cancellationToken)
    {
        var upload = new BlobUpload(_connection, _scope, blob, open, progress);
        if (await upload.ExistsAsync(cancellationToken).ConfigureAwait(false)) return 0;
        UploadSession? session = null;
        if (mountFrom is not null)
        {
            (var mounted, session) = await upload.MountAsync(mountFrom, cancellationToken).ConfigureAwait(false);
            if (mounted) return 0;
        }
        return await upload.RunAsync(session ?? await upload.BeginAsync(cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Puts a manifest or an index under a tag or its digest. Throws MBK1405 when the registry says that it keeps other bytes.</summary>
    public async Task PushManifestAsync(Descriptor manifest, byte[] bytes, string target, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Put, $"/v2/{_scope.Repository}/manifests/{target}", _scope)
        {
            Content = () => new ByteArrayContent(bytes) { Headers = { ContentType = new MediaTypeHeaderValue(manifest.MediaType) } },
        };
        for (var tries = new Tries(_connection.Options); ;)
        {
            using var response = await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (RegistryRepository.DigestOf(response) is not { } kept || kept.Algorithm != manifest.Digest.Algorithm || kept == manifest.Digest) return;
            var wrong = _connection.Errors.Wrong($"'{kept}' after '{manifest.Digest}' was pushed", _scope.Repository);
            await _connection.PauseOrThrowAsync(new(null, wrong), tries, _scope.Repository, cancellationToken).ConfigureAwait(false);
        }
    }
}
