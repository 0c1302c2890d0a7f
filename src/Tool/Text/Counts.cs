using System.Globalization;

namespace MsBuildKit.Tool.Text;

/// <summary>Numbers of things.</summary>
internal static class Counts
{
    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary><c>1 blob</c>, <c>2 blobs</c>.</summary>
    public static string Text(int number, string thing) => $"{Text(number)} {thing}{(number == 1 ? "" : "s")}";
}
