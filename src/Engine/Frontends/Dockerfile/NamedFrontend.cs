using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile;

/// <summary>The frontend that a Dockerfile asks for: by <c># syntax=</c>, or by the build argument <c>BUILDKIT_SYNTAX</c>, which wins. The Dockerfile's own
/// language is read here whatever version is named; a file in another language is not taken for it.</summary>
public static class NamedFrontend
{
    /// <summary>The build argument.</summary>
    public const string BuildArgument = "BUILDKIT_SYNTAX";

    private const string Code = "MBK1957", BuiltIn = "dockerfile.v0";

    private static readonly string[] s_own = ["docker/dockerfile", "docker/dockerfile-upstream"];

    /// <summary>Throws MBK1957 when the frontend is another one.</summary>
    public static void Require(ParsedDockerfile file, IReadOnlyDictionary<string, string> buildArgs)
    {
        var isArgument = buildArgs.TryGetValue(BuildArgument, out var given) && given.Length > 0;
        var name = isArgument ? given! : file.Directives.Syntax ?? "";
        // Options may follow the name.
        if (name.Split(' ', 2)[0] is not { Length: > 0 } image || image == BuiltIn || IsOwn(image)) return;
        throw new DockerfileException(file.File, [new DockerfileFault(
            Code, $"The frontend '{image}' is asked for, and frontends that are images are not offered yet. Name 'docker/dockerfile:1', or none, if this is a Dockerfile.",
            isArgument ? default : file.Directives.SyntaxRange)]);
    }

    // A mirror keeps the repository's name behind its own.
    private static bool IsOwn(string image) => ImageReference.TryParse(image, out var reference, out _)
        && s_own.Any(o => reference!.Repository == o || reference.Repository.EndsWith("/" + o, StringComparison.Ordinal));
}
