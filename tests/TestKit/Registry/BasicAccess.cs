using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>A user name and a password with each request.</summary>
public sealed class BasicAccess(string user, string password) : RegistryAccess
{
    internal override bool Admit(HttpContext context, IReadOnlyList<string> scopes) =>
        IsBasic(context, user, password) || Challenge(context, "Basic realm=\"test\"");
}
