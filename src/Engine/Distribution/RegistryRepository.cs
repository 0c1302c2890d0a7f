using System.Collections.Concurrent;
using System.Net;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>One repository of a registry, read (distribution-spec, "Pull").</summary>
/// <remarks>Only the registry itself is asked, and mirrors that the user named for it before; whatever addresses a descriptor names besides.</remarks>
public sealed class RegistryRepository : IContentSource
{
    // Larger ones are layers, as a rule.
    private const int LargestKept = OciJson.MaxDocumentSize / 16;

    private static readonly string[] s_manifestTypes = [MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerIndex, MediaTypes.DockerManifest];

    // Registries without HEAD for manifests say so in many ways.
    private static readonly HttpStatusCode[] s_noHead =
        [HttpStatusCode.BadRequest, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotAcceptable, HttpStatusCode.NotImplemented];

    private readonly ConcurrentDictionary<Digest, bool> _manifests = new();
    private readonly RegistryConnection _connection;
    private readonly IContentStore _documents;
    private readonly TokenScope _scope;

    private readonly IReadOnlyList<RegistryRepository> _mirrors;

    internal RegistryRepository(RegistryConnection connection, string name, IContentStore documents, IReadOnlyList<RegistryRepository> mirrors) =>
        (_connection, _scope, _documents, _mirrors) = (connection, new TokenScope(name, connection.Push), documents, mirrors);

    /// <summary>What a reference points at. A tag costs one request without a body; a pinned manifest that was read before costs none.
    /// Throws MBK1403 when there is no such image, MBK1405 when the registry offers other content than was pinned.</summary>
    public async Task<Descriptor> ResolveAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        if (reference.Digest is { } pinned && await ReadKeptAsync(pinned, cancellationToken).ConfigureAwait(false) is { } known)
            return Remember(known, new Descriptor { MediaType = OciJson.MediaTypeOf(known), Digest = pinned, Size = known.Length });
        return await ResolveAnewAsync(reference, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same of the registry itself or its mirrors, whatever was read before: it must have the image.</summary>
    public async Task<Descriptor> ResolveAnewAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        if (await AskMirrorsAsync(async m => await m.ResolveAnewAsync(reference, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false) is { } mirrored) return mirrored;
        using var response = await _connection.SendAsync(Manifest(HttpMethod.Head, reference.Target) with { Expected = s_noHead }, cancellationToken).ConfigureAwait(false);
        if (DescriptorOf(response) is not { } offered || (reference.Digest is { } wanted && wanted != offered.Digest))
            return await FetchManifestAsync(reference.Target, reference.Digest, cancellationToken).ConfigureAwait(false);
        _manifests[offered.Digest] = true;
        return offered;
    }

    /// <inheritdoc />
    public async ValueTask<long?> FindSizeAsync(Digest digest, CancellationToken cancellationToken)
    {
        foreach (var mirror in _mirrors)
            if (await AskAsync(mirror, m => m.FindSizeAsync(digest, cancellationToken)).ConfigureAwait(false) is { } size) return size;
        using var response = await _connection.SendAsync(new(HttpMethod.Head, BlobPath(digest), _scope) { Expected = [HttpStatusCode.NotFound] }, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? response.Content.Headers.ContentLength : null;
    }

    /// <inheritdoc />
    /// <remarks>Manifests and configurations come from the local store when they were read before. The stream can be read asynchronously
    /// only.</remarks>
    public async ValueTask<Stream?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (await _documents.FindAsync(digest, cancellationToken).ConfigureAwait(false) is { } kept) return kept;
        if (await AskMirrorsAsync(m => m.FindAsync(digest, cancellationToken)).ConfigureAwait(false) is { } mirrored) return mirrored;
        if (!_manifests.ContainsKey(digest) && await FindBlobAsync(digest, cancellationToken).ConfigureAwait(false) is { } blob) return blob;
        return await TryFetchManifestAsync(digest, cancellationToken).ConfigureAwait(false)
            ? await _documents.FindAsync(digest, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private async Task<T?> AskMirrorsAsync<T>(Func<RegistryRepository, ValueTask<T?>> ask)
        where T : class
    {
        foreach (var mirror in _mirrors)
            if (await AskAsync(mirror, ask).ConfigureAwait(false) is { } found) return found;
        return null;
    }

    // Whatever is wrong with a mirror, the next is asked, and at last the registry itself.
    private static async Task<T?> AskAsync<T>(RegistryRepository mirror, Func<RegistryRepository, ValueTask<T?>> ask)
    {
        try
        {
            return await ask(mirror).ConfigureAwait(false);
        }
        catch (RegistryException)
        {
            return default;
        }
    }

    private async Task<Stream?> FindBlobAsync(Digest digest, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, BlobPath(digest), _scope);
        for (var tries = new Tries(_connection.Options); ;)
        {
            HttpResponseMessage response;
            try
            {
                response = await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (RegistryException e) when (e.Code == RegistryException.NotThere)
            {
                return null;
            }
            var stream = new BlobStream(_connection, request, response, digest);
            if (response.Content.Headers.ContentLength is not <= LargestKept) return stream;
            var (bytes, wrong) = await ReadSmallAsync(stream, digest, cancellationToken).ConfigureAwait(false);
            if (bytes is not null) return new MemoryStream(bytes, writable: false);
            await _connection.PauseOrThrowAsync(new(null, wrong), tries, _scope.Repository, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<(byte[]? Bytes, RegistryException? Wrong)> ReadSmallAsync(BlobStream stream, Digest digest, CancellationToken cancellationToken)
    {
        await using (stream.ConfigureAwait(false))
            try
            {
                var bytes = await ReadAtMostAsync(stream, LargestKept, cancellationToken).ConfigureAwait(false);
                await KeepAsync(bytes, digest, cancellationToken).ConfigureAwait(false);
                return (bytes, null);
            }
            catch (RegistryException e) when (e.Code == RegistryException.WrongContent)
            {
                return (null, e);
            }
    }

    private async Task<bool> TryFetchManifestAsync(Digest digest, CancellationToken cancellationToken)
    {
        try
        {
            await FetchManifestAsync(digest.ToString(), digest, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RegistryException e) when (e.Code == RegistryException.NotThere)
        {
            return false;
        }
    }

    private async Task<Descriptor> FetchManifestAsync(string target, Digest? pinned, CancellationToken cancellationToken)
    {
        for (var tries = new Tries(_connection.Options); ;)
        {
            var (bytes, offered, promised) = await DownloadAsync(Manifest(HttpMethod.Get, target), cancellationToken).ConfigureAwait(false);
            if ((pinned ?? promised) is { } wanted && wanted != Digest.Of(bytes))
            {
                await _connection.PauseOrThrowAsync(new(null, Wrong($"other bytes than '{wanted}' promises")), tries, _scope.Repository, cancellationToken).ConfigureAwait(false);
                continue;
            }
            var mediaType = OciJson.MediaTypeOf(bytes);
            if (offered is not null && offered != mediaType && (MediaTypes.IsIndex(offered) || MediaTypes.IsManifest(offered))) throw Wrong($"a '{mediaType}' that it calls '{offered}'");
            var digest = await KeepAsync(bytes, pinned, cancellationToken).ConfigureAwait(false);
            return Remember(bytes, new Descriptor { MediaType = mediaType, Digest = digest, Size = bytes.Length });
        }
    }

    // A body that breaks off is asked for again as a whole: it is small.
    private async Task<(byte[] Bytes, string? MediaType, Digest? Promised)> DownloadAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        for (var tries = new Tries(_connection.Options); ;)
        {
            using var response = await _connection.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.Content.Headers.ContentLength > OciJson.MaxDocumentSize) throw Wrong($"a manifest of {response.Content.Headers.ContentLength} bytes");
            Exception broken;
            try
            {
                var bytes = await IdleWatch.RunAsync(_connection.Options, async watch =>
                {
                    var stream = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
                    await using (stream.ConfigureAwait(false)) return await ReadAtMostAsync(stream, OciJson.MaxDocumentSize, watch.Token).ConfigureAwait(false);
                }, cancellationToken).ConfigureAwait(false);
                return (bytes, response.Content.Headers.ContentType?.MediaType, DigestOf(response) is { Algorithm: "sha256" } promised ? promised : null);
            }
            catch (Exception e) when (Attempt.IsBroken(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
                broken = e;
            }
            await _connection.PauseOrThrowAsync(new(null, broken), tries, _scope.Repository, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> ReadAtMostAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        var buffer = new MemoryStream();
        var block = new byte[16384];
        for (int read; (read = await stream.ReadAsync(block, cancellationToken).ConfigureAwait(false)) > 0;)
        {
            if (buffer.Length + read > limit) throw Wrong($"a document of more than {limit} bytes");
            buffer.Write(block, 0, read);
        }
        return buffer.ToArray();
    }

    private async Task<byte[]?> ReadKeptAsync(Digest digest, CancellationToken cancellationToken)
    {
        var stream = await _documents.FindAsync(digest, cancellationToken).ConfigureAwait(false);
        if (stream is null) return null;
        await using (stream.ConfigureAwait(false)) return await ReadAtMostAsync(stream, OciJson.MaxDocumentSize, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Digest> KeepAsync(byte[] bytes, Digest? expected, CancellationToken cancellationToken)
    {
        var ingest = _documents.BeginIngest();
        await using (ingest.ConfigureAwait(false))
        {
            await ingest.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
            return await ingest.CommitAsync(expected, bytes.Length, cancellationToken).ConfigureAwait(false);
        }
    }

    // What an index lists are manifests as a rule, so they need not be looked for among the blobs first. Caches list blobs.
    private Descriptor Remember(byte[] document, Descriptor descriptor)
    {
        _manifests[descriptor.Digest] = true;
        if (MediaTypes.IsIndex(descriptor.MediaType))
            foreach (var manifest in ImageIndex.Parse(document, descriptor.MediaType).Manifests.Where(m => MediaTypes.IsManifest(m.MediaType) || MediaTypes.IsIndex(m.MediaType)))
                _manifests[manifest.Digest] = true;
        return descriptor;
    }

    /// <summary>The digest that an answer says to be of, or <c>null</c>.</summary>
    internal static Digest? DigestOf(HttpResponseMessage response) =>
        response.Headers.TryGetValues("Docker-Content-Digest", out var digests) && Digest.TryParse(digests.First(), out var digest) ? digest : null;

    internal static Descriptor? DescriptorOf(HttpResponseMessage response) =>
        response.IsSuccessStatusCode && DigestOf(response) is { } digest
        && response.Content.Headers is { ContentLength: { } size, ContentType.MediaType: { } mediaType } && (MediaTypes.IsIndex(mediaType) || MediaTypes.IsManifest(mediaType))
            ? new Descriptor { MediaType = mediaType, Digest = digest, Size = size }
            : null;

    private string BlobPath(Digest digest) => $"/v2/{_scope.Repository}/blobs/{digest}";

    private RegistryRequest Manifest(HttpMethod method, string target) => new(method, $"/v2/{_scope.Repository}/manifests/{target}", _scope) { Accept = s_manifestTypes };

    private RegistryException Wrong(string what) => _connection.Errors.Wrong(what, _scope.Repository);
}
