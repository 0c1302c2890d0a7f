using System.Text;
using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>How a registry finds out who asks.</summary>
public abstract class RegistryAccess
{
    /// <summary>Everybody may do everything.</summary>
    public static RegistryAccess Open { get; } = new OpenAccess();

    /// <summary>True when the request may go on; else it is answered.</summary>
    internal abstract bool Admit(HttpContext context, IReadOnlyList<string> scopes);

    /// <summary>Answers a request to the token server.</summary>
    internal virtual Task ServeTokenAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    protected static bool Challenge(HttpContext context, string challenge)
    {
        context.Response.StatusCode = 401;
        context.Response.Headers.WWWAuthenticate = challenge;
        return false;
    }

    protected static bool IsBasic(HttpContext context, string user, string password) =>
        context.Request.Headers.Authorization == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    private sealed class OpenAccess : RegistryAccess
    {
        internal override bool Admit(HttpContext context, IReadOnlyList<string> scopes) => true;
    }
}
