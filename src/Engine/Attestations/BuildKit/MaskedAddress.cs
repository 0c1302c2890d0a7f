using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Attestations.BuildKit;

/// <summary>Addresses whose user and password are masked, as BuildKit's provenance shows them: so it is seen that there was something.</summary>
public static class MaskedAddress
{
    private const string Mask = "xxxxx";

    /// <summary>The address; the same for one that names no user. One that no parser accepts loses whatever could be a secret.</summary>
    public static string Of(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return address;
        if (!Uri.TryCreate(address, UriKind.Absolute, out _)) return SourceAddress.WithoutCredentials(address);
        var start = scheme + 3;
        var end = address.AsSpan(start).IndexOfAny('/', '?', '#') is >= 0 and var length ? start + length : address.Length;
        var at = address[..end].LastIndexOf('@');
        if (at < start) return address;
        var user = address[start..at].Split(':', 2);
        var masked = (user[0].Length > 0 ? Mask : "") + (user.Length > 1 ? ":" + Mask : "");
        return $"{address[..start]}{masked}{address[at..]}";
    }
}
