using System.Globalization;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>Signals by name, as they are on x64 and arm64.</summary>
internal static class SignalName
{
    private const int Most = 64;

    private static readonly string[] s_names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>The number of a signal with or without <c>SIG</c>, or of a number. Throws MBK2062.</summary>
    public static int Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number is > 0 and <= Most ? number : throw ContainerErrors.UnknownSignal(text);
        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        name = name switch { "IOT" => "ABRT", "CLD" => "CHLD", "POLL" => "IO", _ => name };
        return Array.IndexOf(s_names, name) is >= 0 and var index ? index + 1 : throw ContainerErrors.UnknownSignal(text);
    }
}
