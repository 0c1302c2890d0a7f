using System.Globalization;
using System.Text.RegularExpressions;

namespace MsBuildKit.TestKit.Dockerfiles;

/// <summary>Reads what a builder says of a Dockerfile that fails.</summary>
public static partial class FailedBuild
{
    /// <summary>The first of the lines that are marked as being at fault, or <c>null</c>.</summary>
    public static int? LineOf(string said) =>
        MarkedLine().Match(said) is { Success: true } marked ? int.Parse(marked.Groups[1].Value, CultureInfo.InvariantCulture) : null;

    [GeneratedRegex("^ *([0-9]+) \\| >>>", RegexOptions.Multiline)]
    private static partial Regex MarkedLine();
}
