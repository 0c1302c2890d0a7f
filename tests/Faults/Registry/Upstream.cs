using System.Net;

namespace MsBuildKit.Faults.Registry;

/// <summary>The registry behind the proxy.</summary>
internal sealed class Upstream(string host) : IDisposable
{
    // What belongs to one connection and not to the message.
    private static readonly string[] s_hops = ["Connection", "Content-Length", "Transfer-Encoding", "Keep-Alive"];

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Sends a request on and waits for the whole answer.</summary>
    public async Task<ProxiedAnswer> SendAsync(ProxiedRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, new ByteArrayContent(request.Body), cancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers).Where(h => !s_hops.Contains(h.Key, StringComparer.OrdinalIgnoreCase));
        long? length = response.StatusCode == HttpStatusCode.NoContent ? null : request.Method == "HEAD" ? response.Content.Headers.ContentLength ?? 0 : body.Length;
        return new((int)response.StatusCode, [.. headers.SelectMany(h => h.Value.Select(v => KeyValuePair.Create(h.Key, v)))], body, length);
    }

    /// <summary>Sends a request whose body breaks off.</summary>
    public async Task SendPartAsync(ProxiedRequest request, int bytes, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendAsync(request, new BrokenContent(request.Body, bytes), cancellationToken);
        }
        catch (HttpRequestException)
        {
            // As it should be.
        }
    }

    public void Dispose() => _http.Dispose();

    private Task<HttpResponseMessage> SendAsync(ProxiedRequest request, HttpContent body, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(new HttpMethod(request.Method), $"http://{host}{request.Target}") { Version = HttpVersion.Version11 };
        if (request.Method is not ("GET" or "HEAD")) message.Content = body;
        foreach (var (name, value) in request.Headers.Where(h => !s_hops.Contains(h.Key, StringComparer.OrdinalIgnoreCase) && !h.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase)))
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        return _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private sealed class BrokenContent(byte[] body, int bytes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, bytes));
            await stream.FlushAsync();
            throw new IOException("The upload breaks off.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
