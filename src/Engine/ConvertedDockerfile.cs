using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine;

/// <summary>What became of a Dockerfile.</summary>
/// <param name="File">Its text, parsed.</param>
/// <param name="Images">One for each platform.</param>
/// <param name="Warnings">What checks found, in the order of the text.</param>
public sealed record ConvertedDockerfile(ParsedDockerfile File, IReadOnlyList<DockerfileImage> Images, IReadOnlyList<LintWarning> Warnings);
