using System.Net;
using System.Security.Authentication;

namespace MsBuildKit.Engine.Distribution;

/// <summary>How one try of a request ended: with an answer, or broken before there was one.</summary>
/// <param name="Broken">Why there is no answer, or why the one that came is not believed.</param>
/// <param name="Said">What a refusal was explained with, where that was read.</param>
internal readonly record struct Attempt(HttpResponseMessage? Response, Exception? Broken, RegistryAnswer? Said = null) : IDisposable
{
    /// <summary>The same request may work later.</summary>
    public bool IsPassing => Response is { } response
        ? (int)response.StatusCode is 408 or 425 or 429 or >= 500 and not (501 or 505)
        : Broken is not HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError }
            and not HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException };

    /// <summary>A few more looks may show a mistake: of somebody on the way, or of a registry whose parts do not agree yet.</summary>
    /// <remarks>A password that was refused is not sent again and again: accounts are locked for that.</remarks>
    public bool IsDoubtful => Broken is RegistryException || Response?.StatusCode switch
    {
        HttpStatusCode.Unauthorized => HasRefusedToken(Response),
        HttpStatusCode.Forbidden or HttpStatusCode.NotFound => true,
        HttpStatusCode.BadRequest => IsSpoiled,
        _ => false,
    };

    /// <summary>Other bytes arrived at the registry than were sent.</summary>
    public bool IsSpoiled => Said?.Code is "DIGEST_INVALID";

    /// <summary>The network or the server failed, not we.</summary>
    public static bool IsBroken(Exception e) => e is HttpRequestException or IOException or TimeoutException;

    public void Dispose() => Response?.Dispose();

    private static bool HasRefusedToken(HttpResponseMessage response) =>
        response.RequestMessage?.Headers.Authorization?.Scheme == "Bearer"
        && !response.Headers.WwwAuthenticate.Any(c => Challenge.Parse(c.Scheme, c.Parameter).Parameters.GetValueOrDefault("error") == "insufficient_scope");
}
