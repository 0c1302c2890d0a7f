using System.Globalization;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>What clients know exporters by: their place in the request.</summary>
internal static class ExportIds
{
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
