using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Fetches tokens from the server that a registry names (distribution's token specification).</summary>
/// <remarks>The server must speak https unless the registry itself does not, and may stand at a private address only where the registry
/// does. A redirect is followed only within its own origin: credentials go nowhere else.</remarks>
internal sealed class TokenClient(RegistryAddress address, HttpClient http, AddressGuard guard, RegistryErrors errors, RegistryOptions options)
{
    private const int MostRedirects = 5;

    // The specification's default.
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(60);

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false };

    private readonly RetryPauses _pauses = new(options);

    /// <summary>A token for <paramref name="scope"/>, or <c>null</c> when the server gives none.</summary>
    /// <param name="origin">The registry.</param>
    public async Task<Token?> FetchAsync(Uri origin, Challenge challenge, Credential? credential, TokenScope scope, CancellationToken cancellationToken)
    {
        var server = FindServer(origin, challenge);
        Func<Uri, HttpRequestMessage> make = credential is { IsToken: true }
            ? target => Exchange(target, challenge, credential, scope)
            : target => Ask(target, credential);
        var first = credential is { IsToken: true } ? server : WithQuery(server, challenge, scope);
        for (var tries = new Tries(options); ;)
        {
            using var attempt = await TryAsync(make, first, cancellationToken).ConfigureAwait(false);
            var nonsense = default(RegistryException);
            if (attempt.Response is { IsSuccessStatusCode: true } response)
            {
                (var token, nonsense) = await ReadAsync(server, response, cancellationToken).ConfigureAwait(false);
                if (nonsense is null) return token;
            }
            else if (attempt.Response is { } refusal && !attempt.IsPassing)
            {
                // Who shows no password locks no account by asking again.
                if (credential is not null || !tries.MayFollow(new(null, errors.Refused($"gives no token: {(int)refusal.StatusCode}")))) return null;
                await _pauses.WaitAsync(tries.Failed, refusal, cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (!tries.MayFollow(nonsense is null ? attempt : new(null, nonsense)))
                throw nonsense ?? (attempt.Broken is { } broken ? errors.Unreachable(broken) : errors.Refused($"has a token server '{server.Authority}' that answered {(int)attempt.Response!.StatusCode}"));
            await _pauses.WaitAsync(tries.Failed, attempt.Response, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A token from somebody who fetches them with credentials of his own, or <c>null</c> when nobody does.</summary>
    public async Task<Token?> AskAsync(Uri origin, Challenge challenge, ICredentialSource source, TokenScope scope, CancellationToken cancellationToken)
    {
        var wish = new TokenWish(address.Name, FindServer(origin, challenge), challenge.Parameters.GetValueOrDefault("service") ?? "", scope.Names);
        if (await source.FindTokenAsync(wish, cancellationToken).ConfigureAwait(false) is not { } lent) return null;
        if (lent.Text.Length == 0 || lent.Text.Any(c => !char.IsAscii(c) || char.IsControl(c))) throw errors.Refused("was to be shown a token of the build's client, which gave none that can be one");
        return new Token(new("Bearer", lent.Text), options.Time.GetUtcNow() + (lent.Lifetime ?? s_lifetime) * 0.9);
    }

    /// <summary>What <c>Basic</c> authentication carries.</summary>
    public static AuthenticationHeaderValue Basic(Credential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.User}:{credential.Secret}")));

    private Uri FindServer(Uri origin, Challenge challenge)
    {
        if (!challenge.Parameters.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var server) || !Redirects.HasHost(server)) throw errors.Unsafe("names no token server");
        if (server.Scheme is not ("https" or "http") || server.UserInfo.Length > 0) throw errors.Unsafe($"names '{server.Authority}' as token server in a way that is not safe");
        if (server.Scheme == "http" && origin.Scheme == "https") throw errors.Unsafe($"sends its users to 'http://{server.Authority}' for a token, which is not safe");
        // Behind a proxy no connection is seen, so what can be judged by the name alone is judged here.
        if (server.IdnHost != address.Secure.IdnHost && IPAddress.TryParse(server.IdnHost, out var literal)) guard.Require(server.Host, [literal], "for a token");
        return server;
    }

    private async Task<Attempt> TryAsync(Func<Uri, HttpRequestMessage> make, Uri target, CancellationToken cancellationToken)
    {
        try
        {
            for (var hops = 0; ; hops++)
            {
                var response = await IdleWatch.RunAsync(options, async watch =>
                {
                    using var request = make(target);
                    return await http.SendAsync(request, HttpCompletionOption.ResponseContentRead, watch.Token).ConfigureAwait(false);
                }, cancellationToken).ConfigureAwait(false);
                if (!Redirects.IsRedirect(response, out var location)) return new(response, null);
                response.Dispose();
                if (Redirects.Resolve(target, location) is not { } next) throw errors.Unsafe("has a token server that redirects to an address that is none");
                if (!Redirects.IsSameOrigin(next, target)) throw errors.Unsafe($"has a token server that redirects to '{next.Scheme}://{next.Authority}', which is not safe");
                if (hops == MostRedirects) throw errors.Unsafe("has a token server that redirects without end");
                target = next;
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

    private async Task<(Token? Token, RegistryException? Nonsense)> ReadAsync(Uri server, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false), s_strict);
            var root = document.RootElement;
            var lifetime = root.TryGetProperty("expires_in", out var seconds) && seconds.TryGetInt32(out var s) && s > 0 ? TimeSpan.FromSeconds(s) : s_lifetime;
            foreach (var name in new[] { "token", "access_token" })
                if (root.TryGetProperty(name, out var token) && token.GetString() is { Length: > 0 } text)
                    return (new Token(new("Bearer", text), options.Time.GetUtcNow() + lifetime * 0.9), null);
            return default;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return (null, errors.Refused($"has a token server '{server.Authority}' that answers nonsense"));
        }
    }

    private static HttpRequestMessage Ask(Uri target, Credential? credential)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, target);
        if (credential is not null) request.Headers.Authorization = Basic(credential);
        return request;
    }

    private HttpRequestMessage Exchange(Uri target, Challenge challenge, Credential credential, TokenScope scope) => new(HttpMethod.Post, target)
    {
        Content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "refresh_token",
            ["service"] = challenge.Parameters.GetValueOrDefault("service") ?? address.Name,
            ["client_id"] = "msbuildkit",
            ["scope"] = string.Join(' ', scope.Names),
            ["refresh_token"] = credential.Secret,
        }),
    };

    private static Uri WithQuery(Uri server, Challenge challenge, TokenScope scope)
    {
        var parts = scope.Names.Select(n => "scope=" + Uri.EscapeDataString(n));
        if (challenge.Parameters.GetValueOrDefault("service") is { } service) parts = parts.Append("service=" + Uri.EscapeDataString(service));
        return Redirects.WithQuery(server, string.Join('&', parts));
    }
}
