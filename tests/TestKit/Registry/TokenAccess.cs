using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>Tokens from a token server at <c>/token</c> (distribution's token specification).</summary>
/// <param name="user">Who gets tokens; <c>null</c> for everybody.</param>
public sealed class TokenAccess(string? user = null, string? password = null) : RegistryAccess
{
    private readonly ConcurrentDictionary<string, HashSet<string>> _tokens = new();
    private int _number;

    /// <summary>Where the token server says it is; its own registry when <c>null</c>.</summary>
    public string? Realm { get; init; }

    /// <summary>The refresh token that a POST exchanges.</summary>
    public string? RefreshToken { get; init; }

    /// <summary>Scopes that nobody gets.</summary>
    public IReadOnlyCollection<string> Withheld { get; init; } = [];

    /// <summary>A request for a withheld scope is refused as a whole, as some registries do.</summary>
    public bool RefusesWithheld { get; init; }

    /// <summary>Requests that need no token at all.</summary>
    public Func<HttpRequest, bool> IsFree { get; init; } = _ => false;

    public int? ExpiresIn { get; init; }

    /// <summary>What every token begins with; a number follows.</summary>
    public string Prefix { get; init; } = "token-";

    /// <summary>The scopes of every token that was asked for.</summary>
    public ConcurrentQueue<IReadOnlyList<string>> Asked { get; } = new();

    /// <summary>Makes all tokens invalid that were given so far.</summary>
    public void Revoke() => _tokens.Clear();

    internal override bool Admit(HttpContext context, IReadOnlyList<string> scopes)
    {
        if (IsFree(context.Request)) return true;
        var header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Bearer ", StringComparison.Ordinal) && _tokens.TryGetValue(header[7..], out var granted) && scopes.All(granted.Contains)) return true;
        return Challenge(context, $"Bearer realm=\"{Realm ?? $"http://{context.Request.Host}/token"}\",service=\"test, \\\"registry\\\"\",scope=\"{string.Join(' ', scopes)}\"");
    }

    internal override async Task ServeTokenAsync(HttpContext context)
    {
        var form = context.Request.Method == "POST" ? await context.Request.ReadFormAsync() : null;
        var scopes = form is null ? context.Request.Query["scope"].ToArray() : form["scope"].ToString().Split(' ');
        Asked.Enqueue([.. scopes.Select(s => s!)]);
        var known = form is not null ? form["refresh_token"] == RefreshToken : user is null || IsBasic(context, user, password!);
        if (!known || (RefusesWithheld && scopes.Any(s => Withheld.Contains(s!))))
        {
            context.Response.StatusCode = known ? 403 : 401;
            return;
        }
        var token = $"{Prefix}{Interlocked.Increment(ref _number)}";
        _tokens[token] = [.. scopes.Where(s => !Withheld.Contains(s!)).SelectMany(s => Each(s!))];
        await context.Response.WriteAsJsonAsync(new Dictionary<string, object?> { [form is null ? "token" : "access_token"] = token, ["expires_in"] = ExpiresIn ?? 300 });
    }

    // 'repository:a:pull,push' grants each action alone.
    private static IEnumerable<string> Each(string scope)
    {
        var colon = scope.LastIndexOf(':');
        return scope[(colon + 1)..].Split(',').Select(action => scope[..(colon + 1)] + action);
    }
}
