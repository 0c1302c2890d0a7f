using System.Globalization;
using System.Text.RegularExpressions;

namespace MsBuildKit.Tool.Daemon.Configuration;

/// <summary>Spans of time as Go's programs write them: <c>48h</c>, <c>1h30m</c>, <c>300ms</c>.</summary>
internal static partial class GoDuration
{
    /// <summary>The span, or <c>null</c> when the text is none.</summary>
    public static TimeSpan? TryParse(string text)
    {
        if (text == "0") return TimeSpan.Zero;
        if (!Whole().IsMatch(text)) return null;
        var ticks = Parts().Matches(text).Sum(m => double.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture) * TicksOf(m.Groups[2].Value));
        return ticks < TimeSpan.MaxValue.Ticks ? TimeSpan.FromTicks((long)ticks) : null;
    }

    private static double TicksOf(string unit) => unit switch
    {
        "h" => TimeSpan.TicksPerHour,
        "m" => TimeSpan.TicksPerMinute,
        "s" => TimeSpan.TicksPerSecond,
        "ms" => TimeSpan.TicksPerMillisecond,
        "us" or "µs" => TimeSpan.TicksPerMicrosecond,
        _ => 0.01,
    };

    [GeneratedRegex(@"^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$", RegexOptions.CultureInvariant)]
    private static partial Regex Whole();

    [GeneratedRegex(@"(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)", RegexOptions.CultureInvariant)]
    private static partial Regex Parts();
}
