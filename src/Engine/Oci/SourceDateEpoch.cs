using System.Globalization;

namespace MsBuildKit.Engine.Oci;

/// <summary>What <c>SOURCE_DATE_EPOCH</c> says: seconds since 1970 that stand for every time in an image.</summary>
public static class SourceDateEpoch
{
    private const long Last = 253402300799;

    /// <summary>The seconds, or <c>null</c> for a text that is no such number or lies after the year 9999.</summary>
    public static long? Find(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) && epoch <= Last ? epoch : null;
}
