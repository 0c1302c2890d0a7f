using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Packages;

/// <summary>What Debian calls a platform.</summary>
internal static class DebianArchitecture
{
    /// <summary>Throws MBK1601 when Debian has none.</summary>
    public static string Of(Platform platform) => (platform.Os, platform.Architecture, platform.Variant) switch
    {
        ("linux", "amd64", _) => "amd64",
        ("linux", "arm64", _) => "arm64",
        ("linux", "arm", "v7") => "armhf",
        ("linux", "386", _) => "i386",
        ("linux", "ppc64le", _) => "ppc64el",
        ("linux", "s390x", _) => "s390x",
        _ => throw new PackageException(PackageException.InvalidRequest, ErrorKind.NotSupported,
            $"Debian has no packages for '{platform}'. Choose another RuntimeIdentifier, or a base image from a registry."),
    };
}
