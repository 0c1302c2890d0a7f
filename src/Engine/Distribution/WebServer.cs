using System.Net;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Speaks HTTP to a server that addresses of files name, and to where it redirects.</summary>
/// <remarks>The rules are those of registries (<see cref="RegistryConnection"/>): authorization goes to the origin it was meant for and nowhere else,
/// https never leads to http, and a server leads to no address of a narrower circle than its own.</remarks>
internal sealed class WebServer : IDisposable
{
    private const int MostRedirects = 10;

    private readonly AddressGuard _guard;
    private readonly HttpClient _http;
    private readonly RetryPauses _pauses;
    private readonly string _host;

    public WebServer(string host, RegistryOptions options)
    {
        (_host, Options) = (host, options);
        _guard = new AddressGuard(host, "server");
        _http = RegistryTransport.CreateForFiles(host, _guard, options);
        _pauses = new RetryPauses(options);
    }

    public RegistryOptions Options { get; }

    public void Dispose() => _http.Dispose();

    /// <summary>Sends until there is an answer that is a success or says that nothing changed.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="from">The first byte that is wanted.</param>
    /// <param name="ifRange">The tag that the file must still have to be continued.</param>
    /// <param name="tries">Counts those that fail.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<HttpResponseMessage> SendAsync(WebRequest request, long from, string? ifRange, Tries tries, CancellationToken cancellationToken)
    {
        while (true)
        {
            var attempt = await TryAsync(request, from, ifRange, cancellationToken).ConfigureAwait(false);
            if (attempt.Response is { } response && (response.IsSuccessStatusCode || response.StatusCode is HttpStatusCode.NotModified or HttpStatusCode.RequestedRangeNotSatisfiable)) return response;
            await PauseOrThrowAsync(attempt, request, tries, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Asks once; <c>null</c> when that gave no answer.</summary>
    public async Task<HttpResponseMessage?> AskAsync(WebRequest question, CancellationToken cancellationToken) =>
        (await TryAsync(question, 0, null, cancellationToken).ConfigureAwait(false)).Response;

    /// <summary>Ends a failed try: waits when another may help, else throws what the user should read.</summary>
    public async Task PauseOrThrowAsync(Attempt attempt, WebRequest request, Tries tries, CancellationToken cancellationToken)
    {
        using (attempt)
        {
            if (!attempt.IsPassing || !tries.MayFollow()) throw ErrorOf(attempt, request);
            await _pauses.WaitAsync(tries.Failed, attempt.Response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Where redirects lead.</summary>
    public async Task<Uri> ResolveAsync(WebRequest request, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, 0, null, new Tries(Options), cancellationToken).ConfigureAwait(false);
        return response.RequestMessage!.RequestUri!;
    }

    public RegistryException Error(string code, WebRequest request, string what, string hint, Exception? inner = null) =>
        new(code, code == RegistryException.FileNotThere ? ErrorKind.NotFound : ErrorKind.Unavailable, $"The file '{SourceAddress.WithoutCredentials(WithoutQuery(request.Address))}' {what}. {hint}", inner);

    private async Task<Attempt> TryAsync(WebRequest request, long from, string? ifRange, CancellationToken cancellationToken)
    {
        try
        {
            var target = request.Address;
            for (var hops = 0; ; hops++)
            {
                var response = await SendToAsync(request, target, from, ifRange, cancellationToken).ConfigureAwait(false);
                if (!Redirects.IsRedirect(response, out var location)) return new(response, null);
                response.Dispose();
                if (hops == MostRedirects) throw Unsafe("redirects without end");
                target = Follow(target, location);
            }
        }
        catch (HttpRequestException e) when (e.InnerException is RegistryException refused)
        {
            throw refused;
        }
        catch (Exception e) when (Attempt.IsBroken(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new(null, e);
        }
    }

    private Task<HttpResponseMessage> SendToAsync(WebRequest request, Uri target, long from, string? ifRange, CancellationToken cancellationToken) =>
        IdleWatch.RunAsync(Options, async watch =>
        {
            using var message = request.Make(target, Redirects.IsSameOrigin(target, request.Address), from, ifRange);
            return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        }, cancellationToken);

    private Uri Follow(Uri from, Uri location)
    {
        if (Redirects.Resolve(from, location) is not { } to) throw Unsafe("leads to an address that is none");
        if (Redirects.IsDowngrade(from, to)) throw Unsafe($"leads to '{to.Scheme}://{to.Authority}', which is not safe");
        // Behind a proxy no connection is seen, so what can be judged by the name alone is judged here.
        if (to.IdnHost != _host && IPAddress.TryParse(to.IdnHost, out var literal)) _guard.Require(to.Host, [literal], "for a file");
        return to;
    }

    private RegistryException ErrorOf(Attempt attempt, WebRequest request) => attempt.Response?.StatusCode switch
    {
        null when attempt.Broken is RegistryException known => known,
        null => Error(RegistryException.FileUnreachable, request, $"cannot be fetched: {(attempt.Broken!.InnerException?.Message ?? attempt.Broken.Message).TrimEnd('.')}", "Check the address, your network and proxy.", attempt.Broken),
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired => Error(RegistryException.FileDenied, request,
            $"is kept from you: invalid response status {(int)attempt.Response.StatusCode}", $"Lend a secret 'HTTP_AUTH_TOKEN_{request.Address.Host}' or 'HTTP_AUTH_HEADER_{request.Address.Host}' that may read it."),
        HttpStatusCode.NotFound or HttpStatusCode.Gone => Error(RegistryException.FileNotThere, request, $"is not there: invalid response status {(int)attempt.Response.StatusCode}", "Check the address."),
        _ => Error(RegistryException.FileRefused, request, $"cannot be fetched: invalid response status {(int)attempt.Response.StatusCode}", "Try again later, or ask whoever runs it."),
    };

    private RegistryException Unsafe(string why) =>
        new(RegistryException.UnsafeAddress, ErrorKind.FailedPrecondition, $"Nothing was fetched, because the server '{_host}' {why}. Ask whoever runs it.");

    // Signed addresses keep their secret there.
    private static string WithoutQuery(Uri address) => address.GetLeftPart(UriPartial.Path);
}
