using System.Globalization;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Conversion.Translation;

/// <summary>Signals of Linux, as <c>STOPSIGNAL</c> names them.</summary>
internal static class Signals
{
    private static readonly HashSet<string> s_names = new(StringComparer.OrdinalIgnoreCase)
    {
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV",
        "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    };

    /// <summary>A number but 0, or a name with or without <c>SIG</c>.</summary>
    public static bool IsSignal(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number != 0;
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        return s_names.Contains(name) || IsRealTime(name, "RTMIN+", 15) || IsRealTime(name, "RTMAX-", 14);
    }

    private static bool IsRealTime(string name, string start, int most) =>
        name.StartsWith(start, StringComparison.OrdinalIgnoreCase)
        && int.TryParse(name.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) && offset >= 1 && offset <= most;
}
