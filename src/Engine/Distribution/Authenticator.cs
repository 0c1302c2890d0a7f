using System.Collections.Concurrent;
using System.Net.Http.Headers;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Holds what a registry wants to see in <c>Authorization</c>, for each scope, and renews it before it expires.</summary>
internal sealed class Authenticator(string registry, bool push, ICredentialSource credentials, TokenClient tokens, Secrets secrets, RegistryOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<TokenScope, Token> _tokens = new();
    private readonly SemaphoreSlim _turn = new(1, 1);
    private Challenge? _challenge;

    /// <summary>The header for a request, or <c>null</c> as long as the registry never asked for one.</summary>
    public async ValueTask<AuthenticationHeaderValue?> FindAsync(Uri origin, TokenScope scope, CancellationToken cancellationToken)
    {
        if (Fresh(scope) is { } known) return known;
        return _challenge is { } challenge ? await RenewAsync(origin, challenge, scope, null, cancellationToken).ConfigureAwait(false) : null;
    }

    /// <summary>The header that answers a 401, or <c>null</c> when there is none that was not refused already.</summary>
    /// <param name="refused">What the request had.</param>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(
        Uri origin, HttpResponseMessage response, TokenScope scope, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        var challenges = response.Headers.WwwAuthenticate.Select(h => Challenge.Parse(h.Scheme, h.Parameter)).ToList();
        var chosen = challenges.Find(c => c.Scheme == "bearer") ?? challenges.Find(c => c.Scheme == "basic");
        if (chosen is null) return null;
        _challenge = chosen;
        return await RenewAsync(origin, chosen, scope, refused, cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _turn.Dispose();

    private AuthenticationHeaderValue? Fresh(TokenScope scope) =>
        _tokens.TryGetValue(scope, out var token) && token.RenewAt > options.Time.GetUtcNow() ? token.Header : null;

    // One at a time: whoever waited finds the token that the one before fetched.
    private async Task<AuthenticationHeaderValue?> RenewAsync(Uri origin, Challenge challenge, TokenScope scope, AuthenticationHeaderValue? refused, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (Fresh(scope) is { } meanwhile && !meanwhile.Equals(refused)) return meanwhile;
            var token = await FetchAsync(origin, challenge, scope, cancellationToken).ConfigureAwait(false);
            if (token?.Header.Parameter is { } shown) secrets.Add(shown);
            if (token is null || token.Header.Equals(refused)) return null;
            _tokens[scope] = token;
            return token.Header;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<Token?> FetchAsync(Uri origin, Challenge challenge, TokenScope scope, CancellationToken cancellationToken)
    {
        var isBearer = challenge.Scheme == "bearer";
        if (isBearer && await tokens.AskAsync(origin, challenge, credentials, scope, cancellationToken).ConfigureAwait(false) is { } lent) return lent;
        var credential = await credentials.FindAsync(registry, push, cancellationToken).ConfigureAwait(false);
        if (credential is not null) secrets.Add(credential);
        if (isBearer) return await tokens.FetchAsync(origin, challenge, credential, scope, cancellationToken).ConfigureAwait(false);
        return credential is { IsToken: false } ? new Token(TokenClient.Basic(credential), DateTimeOffset.MaxValue) : null;
    }
}
