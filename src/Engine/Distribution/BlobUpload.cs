using System.Globalization;
using System.Net;
using System.Runtime.ExceptionServices;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Sends one blob (distribution-spec, "Pushing blobs").</summary>
/// <remarks>
/// The whole blob goes with one PUT, the fewest requests. When that breaks, the registry is asked what it has: the rest follows with PATCH.
/// When it has nothing or forgot the upload, a new one is begun, unless the blob turns out to be there.
/// Only tries count that brought nothing worth a request. What arrived spoiled is sent anew from its first byte.
/// </remarks>
internal sealed class BlobUpload(
    RegistryConnection connection, TokenScope scope, Descriptor blob, Func<CancellationToken, Task<Stream>> open, IProgress<BuildEvent>? progress)
{
    private readonly string _name = $"push {blob.Digest.Hex[..12]}";
    private readonly string _path = $"/v2/{scope.Repository}/blobs/";
    private long _sent;

    /// <summary>Whether the repository has the blob. What claims to have it in another size is no registry that can be believed.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(new(HttpMethod.Head, _path + blob.Digest, scope) { Expected = [HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed] }, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode && (response.Content.Headers.ContentLength ?? blob.Size) == blob.Size;
    }

    /// <summary>Opens an upload.</summary>
    public async Task<UploadSession> BeginAsync(CancellationToken cancellationToken)
    {
        using var response = await connection.SendAsync(new(HttpMethod.Post, _path + "uploads/", scope), cancellationToken).ConfigureAwait(false);
        return SessionOf(response, 0) ?? throw connection.Errors.Refused("takes an upload but does not say where");
    }

    /// <summary>Has another repository's blob mounted.</summary>
    /// <returns>True when that was granted; else an upload, should the registry have opened one instead.</returns>
    public async Task<(bool Mounted, UploadSession? Session)> MountAsync(string from, CancellationToken cancellationToken)
    {
        var address = $"{_path}uploads/?mount={Uri.EscapeDataString(blob.Digest.ToString())}&from={Uri.EscapeDataString(from)}";
        // Whatever is wrong with a mount, an upload may still be right.
        HttpStatusCode[] refusals = [HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.NotImplemented];
        using var response = await connection.SendAsync(new(HttpMethod.Post, address, scope with { MountFrom = from }) { Expected = refusals }, cancellationToken).ConfigureAwait(false);
        return response.StatusCode == HttpStatusCode.Created ? (true, null) : (false, response.IsSuccessStatusCode ? SessionOf(response, 0) : null);
    }

    /// <summary>Sends the blob until the registry has it.</summary>
    /// <returns>Bytes sent, those included that were lost.</returns>
    public async Task<long> RunAsync(UploadSession session, CancellationToken cancellationToken)
    {
        for (var tries = new Tries(connection.Options); ;)
        {
            using var attempt = await SendRestAsync(session, cancellationToken).ConfigureAwait(false);
            if (attempt.Response is { StatusCode: HttpStatusCode.Created } && !IsPatch(session)) return _sent;
            if (attempt.Response is { IsSuccessStatusCode: true } taken && IsPatch(session) && SessionOf(taken, blob.Size) is { } patched && patched.Offset > session.Offset)
            {
                if (patched.Offset - session.Offset >= BlobStream.WorthATry || patched.Offset == blob.Size) tries.Reset();
                else if (!tries.MayFollow()) throw connection.Errors.Refused($"takes '{blob.Digest}' only bit by bit");
                session = patched;
                continue;
            }
            if (attempt.Response is { IsSuccessStatusCode: true } && await ExistsAsync(cancellationToken).ConfigureAwait(false)) return _sent;

            var known = session.Offset;
            if (!IsLost(attempt)) await connection.PauseOrThrowAsync(attempt, tries, scope.Repository, cancellationToken).ConfigureAwait(false);
            else if (!tries.MayFollow()) throw await connection.Errors.OfAsync(attempt, scope.Repository, cancellationToken).ConfigureAwait(false);
            if (!attempt.IsSpoiled && await AskAsync(session, cancellationToken).ConfigureAwait(false) is { } kept) session = kept;
            else if (await ExistsAsync(cancellationToken).ConfigureAwait(false)) return _sent;
            else session = await BeginAsync(cancellationToken).ConfigureAwait(false);
            if (session.Offset - known >= BlobStream.WorthATry) tries.Reset();
        }
    }

    private bool IsPatch(UploadSession session) => session.Offset > 0 && session.Offset < blob.Size;

    // The registry no longer knows the upload, or has other bytes of it than we thought; or says 'fine' and does not have the blob.
    private static bool IsLost(Attempt attempt) => attempt.Response is { } response
        && (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable);

    private async Task<Attempt> SendRestAsync(UploadSession session, CancellationToken cancellationToken)
    {
        var end = Redirects.WithQuery(session.Location, $"digest={Uri.EscapeDataString(blob.Digest.ToString())}");
        if (session.Offset == blob.Size && blob.Size > 0)
            return await connection.TryAsync(new(HttpMethod.Put, end.AbsoluteUri, scope) { Content = () => new ByteArrayContent([]) }, cancellationToken).ConfigureAwait(false);

        BlobContent? body = null;
        var (method, address) = IsPatch(session) ? (HttpMethod.Patch, session.Location) : (HttpMethod.Put, end);
        var attempt = await connection.TryAsync(new(method, address.AbsoluteUri, scope) { Content = () => body = Watch(new BlobContent(blob, session.Offset, open), session.Offset) }, cancellationToken).ConfigureAwait(false);
        if (body?.Fault is { } fault) ExceptionDispatchInfo.Throw(fault);
        return attempt;
    }

    private BlobContent Watch(BlobContent body, long from)
    {
        var before = 0L;
        body.Moved += () =>
        {
            _sent += body.Written - before;
            before = body.Written;
            progress?.Report(new StepProgress(_name, from + body.Written, blob.Size));
        };
        return body;
    }

    // Null when the registry has nothing that is worth to go on with.
    private async Task<UploadSession?> AskAsync(UploadSession session, CancellationToken cancellationToken)
    {
        HttpStatusCode[] unknown = [HttpStatusCode.BadRequest, HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.RequestedRangeNotSatisfiable, HttpStatusCode.InternalServerError, HttpStatusCode.NotImplemented];
        using var response = await connection.SendAsync(new(HttpMethod.Get, session.Location.AbsoluteUri, scope) { Expected = unknown }, cancellationToken).ConfigureAwait(false);
        return response.IsSuccessStatusCode && SessionOf(response, 0) is { Offset: > 0 } kept ? kept : null;
    }

    private UploadSession? SessionOf(HttpResponseMessage response, long without) => SessionOf(response, without, blob.Size);

    internal static UploadSession? SessionOf(HttpResponseMessage response, long without, long size)
    {
        var asked = response.RequestMessage!.RequestUri!;
        var location = response.Headers.Location is { } given ? Redirects.Resolve(asked, given) : response.RequestMessage.Method == HttpMethod.Get ? asked : null;
        if (location is not { Scheme: "https" or "http" }) return null;
        return new UploadSession(location, response.Headers.TryGetValues("Range", out var range) ? OffsetOf(range.First(), size) : without);
    }

    // '0-0' is said of one byte and of none: it counts as none, as does more than there is.
    private static long OffsetOf(string range, long size) =>
        range.Split('-') is ["0" or "bytes=0", var last] && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end > 0 && end < size ? end + 1 : 0;
}
