using System.Diagnostics.CodeAnalysis;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Addresses that a server gives.</summary>
internal static class Redirects
{
    public static bool IsRedirect(HttpResponseMessage response, [NotNullWhen(true)] out Uri? location)
    {
        location = (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 ? response.Headers.Location : null;
        return location is not null;
    }

    public static bool IsSameOrigin(Uri a, Uri b) => a.Scheme == b.Scheme && a.IdnHost == b.IdnHost && a.Port == b.Port;

    /// <summary>Where <paramref name="location"/> leads from <paramref name="from"/>, or <c>null</c> when that is nowhere or holds a user. A server behind a
    /// proxy that ends TLS may not know of it and name itself with http: it is met by https all the same.</summary>
    public static Uri? Resolve(Uri from, Uri location)
    {
        if (!Uri.TryCreate(from, location, out var to) || !HasHost(to) || to.UserInfo.Length > 0) return null;
        return from.Scheme == "https" && to.Scheme == "http" && to.IdnHost == from.IdnHost && (to.IsDefaultPort || to.Port == from.Port)
            ? new UriBuilder(to) { Scheme = from.Scheme, Port = from.Port }.Uri
            : to;
    }

    /// <summary>False for an address whose host no name can be, which only shows when it is asked for.</summary>
    public static bool HasHost(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    /// <summary>https never leads to http.</summary>
    public static bool IsDowngrade(Uri from, Uri to) => to.Scheme != "https" && !(to.Scheme == "http" && from.Scheme == "http");

    /// <summary>Adds to the query that an address has.</summary>
    public static Uri WithQuery(Uri address, string query) =>
        new UriBuilder(address) { Query = address.Query.Length > 1 ? address.Query[1..] + "&" + query : query }.Uri;
}
