using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

/// <summary>The arguments that are there without being declared.</summary>
internal static class PlatformArgs
{
    /// <summary>Those of a build of the request's first platform.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(DockerfileRequest request) =>
        Of("TARGET", request.Platforms[0]).Concat(Of("BUILD", request.BuildPlatform));

    private static IEnumerable<KeyValuePair<string, string>> Of(string prefix, Platform platform) =>
    [
        new(prefix + "PLATFORM", platform.ToString()), new(prefix + "OS", platform.Os), new(prefix + "ARCH", platform.Architecture),
        new(prefix + "VARIANT", platform.Variant ?? ""),
    ];
}
