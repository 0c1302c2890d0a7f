using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MsBuildKit.Engine.Distribution;

namespace MsBuildKit.Engine.Tests.Distribution;

/// <summary>Keeps a password to itself and fetches tokens with it, as clients of a daemon do.</summary>
internal sealed class TokenLender(string user, string password) : ICredentialSource
{
    public List<TokenWish> Wishes { get; } = [];

    /// <summary>Lent instead of what the server gives.</summary>
    public string? Always { get; init; }

    public ValueTask<Credential?> FindAsync(string registry, bool push, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("Whoever fetches tokens is asked for no password.");

    public async ValueTask<LentToken?> FindTokenAsync(TokenWish wish, CancellationToken cancellationToken)
    {
        Wishes.Add(wish);
        if (Always is not null) return new LentToken(Always, null);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        var answer = await http.GetStringAsync($"{wish.Realm}?scope={Uri.EscapeDataString(wish.Scopes[0])}", cancellationToken);
        return new LentToken(JsonDocument.Parse(answer).RootElement.GetProperty("token").GetString()!, null);
    }
}
