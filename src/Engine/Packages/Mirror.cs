using System.Net;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Packages;

/// <summary>Gets files of archives over HTTP. What is named by a digest is fetched once and kept in the store.</summary>
internal sealed class Mirror(HttpClient http, IContentStore store)
{
    private const int MaxReleaseSize = 16 << 20;
    private const int MaxRedirects = 5;

    /// <summary>A handler that follows no redirect by itself: <see cref="Mirror"/> follows those that do not leave encryption.</summary>
    public static HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>A small file, or <c>null</c> when the mirror does not have it.</summary>
    public async Task<byte[]?> FindSmallAsync(string url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(url, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode is HttpStatusCode.NotFound) return null;
            if (!response.IsSuccessStatusCode || response.Content.Headers.ContentLength > MaxReleaseSize) throw Failed(url, $"it answered {(int)response.StatusCode}");
            await response.Content.LoadIntoBufferAsync(MaxReleaseSize, cancellationToken).ConfigureAwait(false);
            return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsNetwork(e, cancellationToken))
        {
            throw Failed(url, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>Leaves the file in the store; throws MBK1606 when it is another, MBK1611 when it cannot be had.</summary>
    public async Task<Digest> FetchAsync(string url, string sha256, long size, CancellationToken cancellationToken)
    {
        if (!Digest.TryParse("sha256:" + sha256, out var digest)) throw Mismatch(url);
        store.Retain(digest);
        if (await store.FindSizeAsync(digest, cancellationToken).ConfigureAwait(false) == size) return digest;
        try
        {
            using var response = await SendAsync(url, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode) throw Failed(url, $"it answered {(int)response.StatusCode}");
            var body = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (body.ConfigureAwait(false)) await KeepAsync(body, digest, size, url, cancellationToken).ConfigureAwait(false);
            return digest;
        }
        catch (Exception e) when (IsNetwork(e, cancellationToken))
        {
            throw Failed(url, e.Message.TrimEnd('.'), e);
        }
    }

    private async Task KeepAsync(Stream body, Digest digest, long size, string url, CancellationToken cancellationToken)
    {
        var ingest = store.BeginIngest();
        await using (ingest.ConfigureAwait(false))
        {
            await ingest.WriteAllAsync(body, size, null, cancellationToken).ConfigureAwait(false);
            try
            {
                await ingest.CommitAsync(digest, size, cancellationToken).ConfigureAwait(false);
            }
            catch (ContentException e) when (e.Code == ContentException.Mismatch)
            {
                throw Mismatch(url, e);
            }
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string url, CancellationToken cancellationToken)
    {
        var at = new Uri(url);
        for (var i = 0; ; i++)
        {
            var response = await http.GetAsync(at, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return response;
            response.Dispose();
            var next = new Uri(at, location);
            if (i == MaxRedirects || (next.Scheme != "https" && next.Scheme != at.Scheme)) throw Failed(url, "it redirects to where nobody should follow");
            at = next;
        }
    }

    private static bool IsNetwork(Exception e, CancellationToken cancellationToken) =>
        e is HttpRequestException or IOException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested);

    private static PackageException Failed(string url, string why, Exception? inner = null) => new(PackageException.MirrorFailed, ErrorKind.Unavailable,
        $"The package mirror did not give '{Redact(url)}': {why}. Try again, use another ContainerPackageMirror, or delete the lock file if the mirror no longer has what it names.", inner);

    private static PackageException Mismatch(string url, Exception? inner = null) => new(PackageException.Mismatch, ErrorKind.Unavailable,
        $"'{Redact(url)}' is not the file that the signed index promises. Nothing of it was used; try again, or use another mirror.", inner);

    private static string Redact(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) ? uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : url;
}
