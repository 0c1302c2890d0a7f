namespace MsBuildKit.Engine.Sessions;

/// <summary>A symbolic link that a <see cref="LocalTree"/> has.</summary>
/// <param name="Path">Slash-separated, relative, no empty, <c>.</c> or <c>..</c> component.</param>
/// <param name="Target">Where it leads, as written. Nobody follows it on this machine.</param>
public sealed record LocalLink(string Path, string Target);
