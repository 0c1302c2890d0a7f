using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

/// <summary>Platforms as steps and arguments name them.</summary>
internal static class PlatformText
{
    /// <summary><c>os[(version)]/architecture[/variant]</c>.</summary>
    public static string Of(Platform platform)
    {
        var os = platform.OsVersion is { Length: > 0 } version ? $"{platform.Os}({version})" : platform.Os;
        return platform.Variant is { Length: > 0 } variant ? $"{os}/{platform.Architecture}/{variant}" : $"{os}/{platform.Architecture}";
    }

    /// <summary>Reads a platform; an operating system or an architecture alone leaves the rest to <paramref name="otherwise"/>.</summary>
    public static Platform? TryParse(string text, Platform otherwise)
    {
        try
        {
            if (text.Contains('/', StringComparison.Ordinal)) return Platform.Parse(text);
            return s_systems.Contains(text.ToLowerInvariant())
                ? (otherwise with { Os = text }).Normalize()
                : s_architectures.Contains(text.ToLowerInvariant()) ? (otherwise with { Architecture = text, Variant = null }).Normalize() : null;
        }
        catch (OciException)
        {
            return null;
        }
    }

    private static readonly HashSet<string> s_systems =
        ["aix", "android", "darwin", "dragonfly", "freebsd", "illumos", "ios", "js", "linux", "macos", "netbsd", "openbsd", "plan9", "solaris", "wasip1", "windows"];

    private static readonly HashSet<string> s_architectures =
    [
        "386", "aarch64", "amd64", "arm", "arm64", "armel", "armhf", "i386", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64", "ppc64le",
        "riscv64", "s390x", "wasm", "x86-64", "x86_64",
    ];
}
