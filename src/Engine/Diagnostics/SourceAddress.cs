namespace MsBuildKit.Engine.Diagnostics;

/// <summary>Addresses of sources, as they may be told to others.</summary>
public static class SourceAddress
{
    /// <summary>The address without user, password or token before the host. It is cut as text, so that one which no parser accepts does not
    /// pass with its secret.</summary>
    public static string WithoutCredentials(string address)
    {
        var scheme = address.IndexOf("://", StringComparison.Ordinal);
        var start = scheme >= 0 ? scheme + 3 : 0;
        var end = address.AsSpan(start).IndexOfAny('/', '?', '#') is >= 0 and var length ? start + length : address.Length;
        var at = address.AsSpan(start, end - start).LastIndexOf('@') is >= 0 and var before ? start + before : -1;
        // A password with a slash in it ends the host too early; then whatever stands before the last '@' is not to be trusted.
        if (at < start && !Uri.TryCreate(address, UriKind.Absolute, out _)) at = address.LastIndexOf('@');
        return at < start ? address : address[..start] + address[(at + 1)..];
    }
}
