using System.Collections.Concurrent;

namespace MsBuildKit.Engine.Distribution;

/// <summary>What a registry was shown, so that it is not repeated to anybody when the registry repeats it to us.</summary>
internal sealed class Secrets
{
    // Shorter ones protect nothing, and would turn every message into stars.
    private const int Shortest = 4;

    private readonly ConcurrentDictionary<string, bool> _known = new();

    public void Add(Credential credential)
    {
        Add(credential.Secret);
        Add(TokenClient.Basic(credential).Parameter!);
    }

    public void Add(string secret)
    {
        if (secret.Length < Shortest) return;
        foreach (var form in new[] { secret, Uri.EscapeDataString(secret), Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(secret)) }) _known[form] = true;
    }

    public bool Holds(string text) => _known.Keys.Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text with every secret replaced. Control characters go first: they could hide one.</summary>
    public string Redact(string text)
    {
        var plain = string.Concat(text.Where(c => !char.IsControl(c)));
        return _known.Keys.OrderByDescending(s => s.Length).Aggregate(plain, (t, secret) => t.Replace(secret, "***", StringComparison.OrdinalIgnoreCase));
    }
}
