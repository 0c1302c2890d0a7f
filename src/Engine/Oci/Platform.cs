using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace MsBuildKit.Engine.Oci;

/// <summary>An operating system and processor (OCI image-spec, image-index.md, "platform"), in normalized form.</summary>
public sealed record Platform
{
    [JsonPropertyName("architecture")]
    [JsonPropertyOrder(0)]
    public required string Architecture { get; init; }

    [JsonPropertyName("os")]
    [JsonPropertyOrder(1)]
    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    [JsonPropertyOrder(2)]
    public string? OsVersion { get; init; }

    [JsonPropertyName("variant")]
    [JsonPropertyOrder(3)]
    public string? Variant { get; init; }

    /// <summary>linux/amd64.</summary>
    public static Platform LinuxAmd64 { get; } = new() { Os = "linux", Architecture = "amd64" };

    /// <summary>linux/arm64.</summary>
    public static Platform LinuxArm64 { get; } = new() { Os = "linux", Architecture = "arm64" };

    /// <summary>Linux on the processor of this machine.</summary>
    public static Platform Native { get; } = new Platform { Os = "linux", Architecture = RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64 ? "amd64" : RuntimeInformation.OSArchitecture.ToString() }.Normalize();

    /// <summary>The platform of attestation manifests in an index.</summary>
    public static Platform Unknown { get; } = new() { Os = "unknown", Architecture = "unknown" };

    /// <summary>Parses <c>os/arch[/variant]</c>, accepting the usual aliases (x86_64, aarch64, armhf); throws MBK1103.</summary>
    public static Platform Parse(string text)
    {
        var parts = text.Split('/');
        if (parts.Length is not (2 or 3) || !parts.All(IsWord))
            throw new OciException(OciException.InvalidPlatform,
                $"'{text}' is not a platform: expected 'os/architecture' or 'os/architecture/variant', such as 'linux/amd64'.");
        return new Platform { Os = parts[0], Architecture = parts[1], Variant = parts.Length == 3 ? parts[2] : null }.Normalize();
    }

    /// <summary>The same platform under the names the field agrees on: lower case, amd64 and arm64 without variant, arm as v7.</summary>
    public Platform Normalize()
    {
        var os = Os.ToLowerInvariant();
        var arch = Architecture.ToLowerInvariant();
        var variant = string.IsNullOrEmpty(Variant) ? null : Variant.ToLowerInvariant();
        (arch, variant) = (arch, variant) switch
        {
            ("x86_64" or "x86-64", _) => ("amd64", variant),
            ("i386" or "i686", _) => ("386", null),
            ("aarch64", _) => ("arm64", variant),
            ("armhf", _) => ("arm", "v7"),
            ("armel", _) => ("arm", "v6"),
            _ => (arch, variant),
        };
        if (os == "macos") os = "darwin";
        variant = (arch, variant) switch
        {
            ("amd64", "v1") => null,
            ("arm64", "v8" or "8") => null,
            ("arm", null or "7") => "v7",
            ("arm", "5" or "6" or "8") => "v" + variant,
            _ => variant,
        };
        return this with { Os = os, Architecture = arch, Variant = variant };
    }

    /// <summary>True when an image for <paramref name="other"/> runs as this one: same os, architecture and variant.</summary>
    public bool Matches(Platform other)
    {
        var (a, b) = (Normalize(), other.Normalize());
        return a.Os == b.Os && a.Architecture == b.Architecture && a.Variant == b.Variant
            && (OsVersion is null || other.OsVersion is null || OsVersion == other.OsVersion);
    }

    /// <summary><c>os/arch[/variant]</c>.</summary>
    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static bool IsWord(string part) =>
        part.Length is > 0 and <= 32 && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') && part is not ("." or "..");
}
