using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Projects;

/// <summary>What .NET's runtime identifiers are as platforms of images.</summary>
internal static class ImagePlatforms
{
    /// <summary>Such as <c>linux/amd64</c> for <c>linux-x64</c>; a platform is itself, and what is neither is <c>null</c>.</summary>
    public static string? Of(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal)) return Parse(text);
        return text.StartsWith("linux-", StringComparison.Ordinal) ? OfMachine(text[(text.LastIndexOf('-') + 1)..]) : null;
    }

    private static string? OfMachine(string name) => name switch
    {
        "x64" => "linux/amd64",
        "x86" => "linux/386",
        "arm" => "linux/arm/v7",
        "armv6" => "linux/arm/v6",
        "arm64" or "ppc64le" or "s390x" or "riscv64" => "linux/" + name,
        "loongarch64" => "linux/loong64",
        _ => null,
    };

    private static string? Parse(string text)
    {
        try
        {
            return Platform.Parse(text).Normalize().ToString();
        }
        catch (OciException)
        {
            return null;
        }
    }
}
