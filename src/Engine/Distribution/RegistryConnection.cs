using System.Net;
using System.Net.Http.Headers;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Speaks HTTP to one registry: authentication, redirects, retries, and errors that say what the registry said.</summary>
/// <remarks>
/// Credentials travel to the registry's own origin and to the token server it names (<see cref="TokenClient"/>), and nowhere else.
/// Redirects are followed here and not by the handler: to another origin a request goes without authorization, and never from https to
/// http, nor to an address of a narrower circle than the registry's own (<see cref="AddressGuard"/>). What fails for a passing reason is
/// tried again with growing, random pauses, or when the server says so; what may be a mistake is looked at a few times more
/// (<see cref="Attempt.IsDoubtful"/>). Bodies that are large have owners that go on where they broke off: <see cref="BlobStream"/> and
/// <see cref="BlobUpload"/>.
/// </remarks>
internal sealed class RegistryConnection : IDisposable
{
    private const int MostRedirects = 5;

    private readonly RegistryAddress _address;
    private readonly AddressGuard _guard;
    private readonly RetryPauses _pauses;
    private readonly HttpClient _http;
    private readonly HttpClient _tokenHttp;
    private readonly Authenticator _authenticator;
    private readonly SemaphoreSlim _probing = new(1, 1);
    private Uri? _origin;

    public RegistryConnection(string registry, bool push, ICredentialSource credentials, RegistryOptions options)
    {
        Options = options;
        Push = push;
        Errors = new RegistryErrors(registry, push, options);
        _address = RegistryAddress.Of(registry, options);
        _pauses = new RetryPauses(options);
        _guard = new AddressGuard(registry);
        _http = RegistryTransport.CreateForContent(_address, _guard, options);
        _tokenHttp = RegistryTransport.CreateForTokens(_address, _guard, options);
        _authenticator = new Authenticator(registry, push, credentials, new TokenClient(_address, _tokenHttp, _guard, Errors, options), Errors.Secrets, options);
    }

    public RegistryOptions Options { get; }

    public RegistryErrors Errors { get; }

    /// <summary>What is asked before it: the host and the folder there.</summary>
    public IReadOnlyList<string> Mirrors => _address.Host.Mirrors;

    /// <summary>To write, not only to read.</summary>
    public bool Push { get; }

    public void Dispose()
    {
        _http.Dispose();
        _tokenHttp.Dispose();
        _authenticator.Dispose();
        _probing.Dispose();
    }

    /// <summary>Sends until there is an answer that the request accepts. Throws <see cref="RegistryException"/> for everything else.</summary>
    public async Task<HttpResponseMessage> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        for (var tries = new Tries(Options); ;)
        {
            var attempt = await TryAsync(request, cancellationToken).ConfigureAwait(false);
            if (attempt.Response is { } response && request.Accepts(response)) return response;
            await PauseOrThrowAsync(attempt, tries, request.Scope.Repository, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sends once.</summary>
    public async Task<Attempt> TryAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        try
        {
            var response = await SendOnceAsync(request, cancellationToken).ConfigureAwait(false);
            // A login page, or the sign of a network that wants one.
            if (response.IsSuccessStatusCode && response.Content.Headers.ContentType?.MediaType == "text/html")
            {
                response.Dispose();
                return new(null, Errors.Refused("answers with a web page where a registry would not"));
            }
            var attempt = new Attempt(response, null);
            return request.Accepts(response) || attempt.IsPassing ? attempt : attempt with { Said = await Errors.ReadAsync(response, cancellationToken).ConfigureAwait(false) };
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

    /// <summary>Ends a failed try: waits when another may help, else throws what the user should read.</summary>
    public async Task PauseOrThrowAsync(Attempt attempt, Tries tries, string repository, CancellationToken cancellationToken)
    {
        if (!tries.MayFollow(attempt)) throw await Errors.OfAsync(attempt, repository, cancellationToken).ConfigureAwait(false);
        using (attempt) await _pauses.WaitAsync(tries.Failed, attempt.Response, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendOnceAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var origin = _origin ?? await FindOriginAsync(cancellationToken).ConfigureAwait(false);
        var target = Follow(origin, new Uri(request.Address, UriKind.RelativeOrAbsolute));
        for (var hops = 0; ; hops++)
        {
            var response = Redirects.IsSameOrigin(target, origin)
                ? await SendAuthorizedAsync(request, origin, target, cancellationToken).ConfigureAwait(false)
                : await SendToAsync(request, target, null, cancellationToken).ConfigureAwait(false);
            if (!Redirects.IsRedirect(response, out var location)) return response;
            response.Dispose();
            if (hops == MostRedirects) throw Errors.Unsafe("redirects without end");
            target = Follow(target, location);
        }
    }

    private Uri Follow(Uri from, Uri location)
    {
        if (Redirects.Resolve(from, location) is not { } to) throw Errors.Unsafe("leads to an address that is none");
        if (Redirects.IsDowngrade(from, to)) throw Errors.Unsafe($"leads to '{to.Scheme}://{to.Authority}', which is not safe");
        // Behind a proxy no connection is seen, so what can be judged by the name alone is judged here.
        if (to.IdnHost != _address.Secure.IdnHost && IPAddress.TryParse(to.IdnHost, out var literal)) _guard.Require(to.Host, [literal], "for content");
        return to;
    }

    private async Task<HttpResponseMessage> SendAuthorizedAsync(RegistryRequest request, Uri origin, Uri target, CancellationToken cancellationToken)
    {
        var header = await _authenticator.FindAsync(origin, request.Scope, cancellationToken).ConfigureAwait(false);
        var response = await SendToAsync(request, target, header, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.Unauthorized
            && await _authenticator.AnswerAsync(origin, response, request.Scope, header, cancellationToken).ConfigureAwait(false) is { } better)
        {
            response.Dispose();
            response = await SendToAsync(request, target, better, cancellationToken).ConfigureAwait(false);
        }
        return response;
    }

    private Task<HttpResponseMessage> SendToAsync(RegistryRequest request, Uri target, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken) =>
        IdleWatch.RunAsync(Options, async watch =>
        {
            using var message = request.Make(target);
            message.Headers.Authorization = authorization;
            if (message.Content is BlobContent body) body.Moved += watch.Touch;
            return await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        }, cancellationToken);

    private async Task<Uri> FindOriginAsync(CancellationToken cancellationToken)
    {
        await _probing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            _origin ??= _address.MayBePlain ? await ProbeAsync(cancellationToken).ConfigureAwait(false) : _address.Secure;
            return _origin ?? _address.Plain;
        }
        finally
        {
            _probing.Release();
        }
    }

    // On this machine plain HTTP is what is nearly always spoken. When neither is, that may pass, and is asked again.
    private async Task<Uri?> ProbeAsync(CancellationToken cancellationToken)
    {
        foreach (var origin in _address.IsPlainFirst ? [_address.Plain, _address.Secure] : new[] { _address.Secure, _address.Plain })
            if (await SpeaksAsync(origin, cancellationToken).ConfigureAwait(false))
                return origin;
        return null;
    }

    // Servers that want https say to plain HTTP that it is a bad request, or send it elsewhere.
    private async Task<bool> SpeaksAsync(Uri origin, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await SendToAsync(new(HttpMethod.Get, "/v2/", default), new Uri(origin, "/v2/"), null, cancellationToken).ConfigureAwait(false);
            return origin.Scheme == "https" || (response.StatusCode != HttpStatusCode.BadRequest && !Redirects.IsRedirect(response, out _));
        }
        catch (Exception e) when (Attempt.IsBroken(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}
