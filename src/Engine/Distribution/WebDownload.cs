using System.Buffers;
using System.IO.Compression;
using System.Net;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Distribution;

/// <summary>One file on its way into a store.</summary>
/// <remarks>When the connection breaks, it goes on where it broke off if the server can say that the file is still the same, by a strong tag and a
/// range; else it begins anew. Only tries count that brought nothing worth a request. Before a file that is known is asked for, its tag is: some servers
/// give the tag and mind it only there. What a server packs for the way is unpacked, as the file is what was packed, and never goes on in the middle.</remarks>
internal sealed class WebDownload(WebServer server, WebRequest request, IContentStore store, long mostBytes, IProgress<BuildEvent>? progress)
{
    private const int BufferSize = 1 << 17;

    private readonly Tries _tries = new(server.Options);
    private readonly RateWatch _rate = new(server.Options);
    private readonly string _name = $"fetch {(Path.GetFileName(request.Address.AbsolutePath) is { Length: > 0 } name ? name : request.Address.Host)}";
    private HttpResponseMessage? _response;
    private Stream? _body;
    private ContentIngest? _ingest;
    private long _mark;

    private bool IsPacked => _response?.Content.Headers.ContentEncoding is { Count: 1 } codings && codings.Contains("gzip", StringComparer.OrdinalIgnoreCase);

    public async Task<WebFile> RunAsync(CancellationToken cancellationToken)
    {
        if (await StillHoldsAsync(cancellationToken).ConfigureAwait(false)) return request.Known!;
        try
        {
            for (Exception? broken = null; ; )
            {
                if (await BeginAsync(broken, cancellationToken).ConfigureAwait(false) is { } known) return known;
                broken = await TryReceiveAsync(cancellationToken).ConfigureAwait(false);
                if (broken is null) return await EndAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            await CloseAsync().ConfigureAwait(false);
            if (_ingest is not null) await _ingest.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async Task<bool> StillHoldsAsync(CancellationToken cancellationToken)
    {
        if (request.Known is not { ETag: not null } known) return false;
        using var answer = await server.AskAsync(request with { IsQuestion = true }, cancellationToken).ConfigureAwait(false);
        return answer?.StatusCode == HttpStatusCode.NotModified || (answer?.StatusCode == HttpStatusCode.OK && known.IsSaidAgainBy(answer));
    }

    // Returns what is known when that still holds, else leaves an answer whose bytes follow on those that are here.
    private async Task<WebFile?> BeginAsync(Exception? broken, CancellationToken cancellationToken)
    {
        if (broken is not null) await server.PauseOrThrowAsync(new(null, broken), request, _tries, cancellationToken).ConfigureAwait(false);
        var tag = _ingest?.Length > 0 ? StrongTag() : null;
        await CloseAsync().ConfigureAwait(false);
        if (tag is null) await ForgetAsync().ConfigureAwait(false);
        var from = tag is null ? 0 : _ingest!.Length;
        _response = await server.SendAsync(request, from, tag, _tries, cancellationToken).ConfigureAwait(false);
        if (from == 0 && request.Known is { } known && (_response.StatusCode == HttpStatusCode.NotModified || known.IsSaidAgainBy(_response))) return known;
        if (from > 0 && !Continues(from))
        {
            await ForgetAsync().ConfigureAwait(false);
            // A range that the file does not have any more comes with nothing.
            if (!_response.IsSuccessStatusCode || _response.StatusCode == HttpStatusCode.PartialContent)
                return await BeginAsync(new HttpRequestException("the file changed while it was fetched"), cancellationToken).ConfigureAwait(false);
        }
        if (_ingest is null && _response.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NonAuthoritativeInformation)) throw server.Error(RegistryException.FileRefused, request, $"cannot be fetched: the server answered {(int)_response.StatusCode}", "Ask whoever runs it.");
        _ingest ??= store.BeginIngest();
        return null;
    }

    private bool Continues(long from) => _response!.StatusCode == HttpStatusCode.PartialContent && _response.Content.Headers.ContentRange?.From == from;

    private async Task<Exception?> TryReceiveAsync(CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var total = IsPacked ? null : _response!.Content.Headers.ContentLength + _ingest!.Length;
        try
        {
            if (total > mostBytes) throw TooLarge();
            for (int read; (read = await ReadAsync(buffer.AsMemory(0, BufferSize), cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (_ingest!.Length + read > mostBytes) throw TooLarge();
                await _ingest.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                progress?.Report(new StepProgress(_name, _ingest.Length, total));
                if (_ingest.Length - _mark < BlobStream.WorthATry) continue;
                _mark = _ingest.Length;
                _tries.Reset();
            }
            return null;
        }
        catch (Exception e) when (Attempt.IsBroken(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return e;
        }
        catch (InvalidDataException e)
        {
            return new HttpRequestException("what the server packed cannot be unpacked", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var begun = server.Options.Time.GetTimestamp();
        var read = await IdleWatch.RunAsync(server.Options, async watch =>
        {
            _body ??= await OpenAsync(watch.Token).ConfigureAwait(false);
            return await _body.ReadAsync(buffer, watch.Token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        _rate.Count(server.Options.Time.GetElapsedTime(begun), read);
        return read;
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        var body = await _response!.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return IsPacked ? new GZipStream(body, CompressionMode.Decompress) : body;
    }

    private async Task CloseAsync()
    {
        if (_body is not null) await _body.DisposeAsync().ConfigureAwait(false);
        _response?.Dispose();
        (_body, _response) = (null, null);
    }

    private async Task<WebFile> EndAsync(CancellationToken cancellationToken)
    {
        var size = _ingest!.Length;
        return WebFile.Of(_response!, await _ingest.CommitAsync(null, null, cancellationToken).ConfigureAwait(false), size);
    }

    // A weak tag promises the same meaning, not the same bytes.
    private string? StrongTag() => IsPacked ? null : _response?.Headers.ETag is { IsWeak: false } tag ? tag.Tag : null;

    private async Task ForgetAsync()
    {
        _mark = 0;
        if (_ingest is not null) await _ingest.DisposeAsync().ConfigureAwait(false);
        _ingest = null;
    }

    private RegistryException TooLarge() => server.Error(RegistryException.FileTooLarge, request, $"has more than {mostBytes} bytes", "Fetch it in a step, or from another place.");
}
