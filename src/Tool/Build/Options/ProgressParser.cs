using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--progress</c> and <c>--quiet</c>, with what the environment says of them.</summary>
internal sealed class ProgressParser(IReadOnlyDictionary<string, string> environment, bool isTerminal, OptionFaults faults)
{
    private static readonly string[] s_modes = ["auto", "plain", "tty", "rawjson", "quiet"];

    public ProgressMode Parse(string? text, bool quiet)
    {
        if (quiet && text is not (null or "auto" or "quiet")) faults.Add("--progress", $"'{text}' and --quiet ask for two different things. Keep one.");
        if (quiet) return ProgressMode.Quiet;
        if (text is not null) return Parse("--progress", text);
        return environment.GetValueOrDefault("BUILDKIT_PROGRESS") is { Length: > 0 } chosen ? Parse("BUILDKIT_PROGRESS", chosen) : Automatic();
    }

    private ProgressMode Parse(string where, string text)
    {
        switch (text)
        {
            case "auto": return Automatic();
            case "plain": return ProgressMode.Plain;
            case "rawjson": return ProgressMode.RawJson;
            case "quiet": return ProgressMode.Quiet;
            case "tty" when isTerminal: return ProgressMode.Tty;
            case "tty":
                faults.Add(where, "'tty' needs a terminal for errors, and there is none. Choose plain.");
                return ProgressMode.Plain;
            default:
                faults.Add(where, $"'{text}' is no way to show progress{NearestName.Suggest(text, s_modes)}. Choose one of {string.Join(", ", s_modes)}.");
                return ProgressMode.Plain;
        }
    }

    // The terminal of a build server shows what was written, not what is drawn over it.
    private ProgressMode Automatic() =>
        isTerminal && environment.GetValueOrDefault("TERM") != "dumb" && (environment.GetValueOrDefault("CI") is null or "" or "false") ? ProgressMode.Tty : ProgressMode.Plain;
}
