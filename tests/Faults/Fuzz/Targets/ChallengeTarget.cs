using MsBuildKit.Engine.Distribution;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>What a registry wants of whoever asks, from the header's text to the address that a token is asked for at.</summary>
internal sealed class ChallengeTarget : FuzzTarget
{
    private static readonly Uri s_origin = new("https://registry.example/");

    public override IReadOnlyList<string> Words => ["Bearer ", "Basic ", "realm=", "service=", "scope=", "https://", "http://", "auth.example", "\"", "\\\"", ",", "@", "?a=b", "#x", "[::1]", ":99999", "%00"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds() => new Dictionary<string, string>
    {
        ["bearer"] = """Bearer realm="https://auth.example/token?x=y",service="registry.example",scope="repository:a/b:pull,push" """, ["basic"] = """Basic realm="a \"quoted\" realm" """, ["bare"] = "Negotiate", ["two"] = "Basic realm=a, Bearer realm=https://auth.example/t",
    }.Select(s => (s.Key, Bytes(s.Value.Trim())));

    public override string Run(byte[] input)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("WWW-Authenticate", Text(input));
        var challenges = response.Headers.WwwAuthenticate.Select(h => Challenge.Parse(h.Scheme, h.Parameter)).Append(Challenge.Parse("bearer", Text(input))).ToList();
        foreach (var challenge in challenges)
        {
            if (!challenge.Parameters.TryGetValue("realm", out var realm) || !Uri.TryCreate(realm, UriKind.Absolute, out var server) || !Redirects.HasHost(server) || server.UserInfo.Length > 0) continue;
            _ = (server.Scheme, server.IdnHost, server.Authority, server.UserInfo, Redirects.IsSameOrigin(server, s_origin), Redirects.IsDowngrade(s_origin, server));
            if (server.Scheme is "https" or "http") Require(Redirects.WithQuery(server, "scope=" + Uri.EscapeDataString("repository:a:pull")).AbsoluteUri.Contains("scope=", StringComparison.Ordinal), "the scope got lost");
        }
        return string.Join(' ', challenges.Select(c => $"{c.Scheme.Length < 10} {c.Parameters.Count}"));
    }
}
