using MsBuildKit.Engine.Frontends.Dockerfile;
using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Frontends.Dockerfile.Linting;

namespace MsBuildKit.Engine;

/// <summary>What was found in a Dockerfile without building it.</summary>
/// <param name="File">The Dockerfile.</param>
/// <param name="Warnings">What checks found, in the order of the text.</param>
/// <param name="Error">Why it cannot be built, or <c>null</c>.</param>
/// <param name="Unreached">Images whose registry did not answer, in order: what depends on them was not judged.</param>
/// <param name="Images">What a build would solve, for each platform; empty with an error.</param>
public sealed record DockerfileCheck(
    ParsedDockerfile File, IReadOnlyList<LintWarning> Warnings, DockerfileException? Error, IReadOnlyList<string> Unreached, IReadOnlyList<DockerfileImage> Images);
