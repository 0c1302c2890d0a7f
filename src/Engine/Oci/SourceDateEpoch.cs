using System.Globalization;

namespace MsBuildKit.Engine.Oci;

/// <summary>What <c>SOURCE_DATE_EPOCH</c> says: seconds since 1970 that stand for every time in an image.</summary>
public static class SourceDateEpoch
{
    private const long Last = 253402300799;

    /// <summary>What stands in where a Dockerfile is built and nobody says: 1980, before which no file of a ZIP archive can be, and so of no NuGet package and
    /// no Python wheel that a step packs.</summary>
    public const long OfDockerfiles = 315532800;

    /// <summary>The seconds, or <c>null</c> for a text that is no such number or lies after the year 9999.</summary>
    public static long? Find(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch <= Last ? epoch : null;
}
