using System.Runtime.InteropServices;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool;

/// <summary>What a machine runs, as images name it.</summary>
internal static class MachinePlatform
{
    public static Platform Of(Architecture architecture) => new()
    {
        Os = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux",
        Architecture = architecture switch { Architecture.X64 => "amd64", Architecture.X86 => "386", var other => other.ToString().ToLowerInvariant() },
    };
}
