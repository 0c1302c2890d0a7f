using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Tool.Wire;

/// <summary>Platforms as messages have them.</summary>
internal static class WirePlatform
{
    public static Platform Of(Engine.Oci.Platform platform) =>
        new() { OS = platform.Os, Architecture = platform.Architecture, Variant = platform.Variant ?? "", OSVersion = platform.OsVersion ?? "" };
}
