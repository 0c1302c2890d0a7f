namespace MsBuildKit.Engine.Packages;

/// <summary>One suite of one archive.</summary>
/// <param name="Mirror">The base URL, without a slash at its end.</param>
/// <param name="SignedBy">A keyring's path, an armored key block, or <c>null</c>.</param>
internal sealed record AptSource(string Mirror, string Suite, IReadOnlyList<string> Components, string? SignedBy);
