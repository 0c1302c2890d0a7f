using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

namespace MsBuildKit.Tool.Build;

/// <summary>A Dockerfile and its context, read.</summary>
/// <param name="Text">Its text.</param>
/// <param name="File">What errors call it.</param>
/// <param name="Context">What it copies of.</param>
/// <param name="Folder">The context's folder on this machine, or <c>null</c> when it is elsewhere.</param>
/// <param name="Ignore">What <c>.dockerignore</c> says.</param>
internal sealed record SubmittedDockerfile(string Text, string File, BuildContext Context, string? Folder, IReadOnlyList<string> Ignore);
