namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

/// <summary>An argument that a target can be given.</summary>
/// <param name="Name">Of the argument.</param>
/// <param name="Value">That it has: given, or by default; or <c>null</c>.</param>
/// <param name="Description">Of a comment above it, or empty.</param>
/// <param name="Uses">Arguments that its default is made of.</param>
/// <param name="Range">Where it is declared.</param>
internal sealed record OutlineArg(string Name, string? Value, string Description, IReadOnlyCollection<string> Uses, TextRange Range);

/// <summary>A secret, SSH keys, or a cache that a target mounts.</summary>
internal sealed record OutlineMount(string Id, bool Required, TextRange Range);
