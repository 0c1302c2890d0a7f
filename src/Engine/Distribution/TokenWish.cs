namespace MsBuildKit.Engine.Distribution;

/// <summary>A token that a registry wants to see, in the words of the distribution token specification.</summary>
/// <param name="Registry">Host and port, as images name it.</param>
/// <param name="Realm">The address of the token server, which was found safe to send somebody to.</param>
/// <param name="Service">What the registry calls itself, or empty.</param>
/// <param name="Scopes">What the token is to allow.</param>
public sealed record TokenWish(string Registry, Uri Realm, string Service, IReadOnlyList<string> Scopes);
