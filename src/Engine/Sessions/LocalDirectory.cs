namespace MsBuildKit.Engine.Sessions;

/// <summary>A directory that a <see cref="LocalTree"/> states. Owner <c>null</c> means the copy's.</summary>
/// <param name="Path">Slash-separated, relative, no empty, <c>.</c> or <c>..</c> component.</param>
public sealed record LocalDirectory(string Path, int Mode = 0b111_101_101, int? Uid = null, int? Gid = null);
