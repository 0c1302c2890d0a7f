using System.Text.RegularExpressions;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>What .NET's runtime identifiers mean as platforms.</summary>
internal static partial class RuntimeIdentifiers
{
    private static readonly HashSet<string> s_foreign =
        ["any", "android", "browser", "freebsd", "haiku", "illumos", "ios", "iossimulator", "maccatalyst", "osx", "solaris", "tvos", "tvossimulator", "unix", "wasi"];

    /// <summary>The platform, or <c>null</c> when no container has it. Distribution names (<c>ubuntu.24.04-x64</c>) mean linux.</summary>
    public static Platform? ToPlatform(string rid)
    {
        var parts = rid.Split('-');
        if (parts.Length < 2 || !System().IsMatch(parts[0])) return null;
        var name = parts[0].Split('.')[0];
        var os = name.StartsWith("win", StringComparison.Ordinal) ? "windows" : s_foreign.Contains(name) ? null : "linux";
        (string Architecture, string? Variant)? machine = parts[^1] switch
        {
            "x64" => ("amd64", null),
            "x86" => ("386", null),
            "arm64" => ("arm64", null),
            "arm" => ("arm", "v7"),
            "armv6" => ("arm", "v6"),
            "ppc64le" => ("ppc64le", null),
            "s390x" => ("s390x", null),
            "riscv64" => ("riscv64", null),
            "loongarch64" => ("loong64", null),
            _ => null,
        };
        return os is null || machine is not { } m ? null : new Platform { Os = os, Architecture = m.Architecture, Variant = m.Variant };
    }

    [GeneratedRegex(@"^[a-z]+[a-z0-9.]*\z")]
    private static partial Regex System();
}
