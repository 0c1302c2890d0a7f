using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Options;

/// <summary>Reads <c>--call</c>: a word, and how the answer is printed.</summary>
internal static class CallParser
{
    private const string Option = "--call";

    private static readonly string[] s_calls = ["build", "check", "lint", "outline", "targets", "convertllb", "describe"];

    public static (BuildCall Call, bool Json) Parse(string? text, bool check, OptionFaults faults)
    {
        if (text is null) return (check ? BuildCall.Lint : BuildCall.Build, false);
        var parts = text.Split(',');
        BuildCall? call = parts[0] switch
        {
            "build" => BuildCall.Build,
            "check" or "lint" => BuildCall.Lint,
            "outline" => BuildCall.Outline,
            "targets" => BuildCall.Targets,
            "convertllb" => BuildCall.Graph,
            // As buildx calls it.
            "describe" or "subrequests.describe" => BuildCall.Describe,
            _ => null,
        };
        if (call is null) faults.Add(Option, $"'{parts[0]}' is nothing that can be called{NearestName.Suggest(parts[0], s_calls)}. Choose one of {string.Join(", ", s_calls)}.");
        if (check && call is not (null or BuildCall.Lint)) faults.Add(Option, $"'{text}' and --check ask for two different things. Keep one.");
        foreach (var part in parts[1..].Where(p => p is not ("format=json" or "format=text")))
            faults.Add(Option, $"'{text}' has '{part}', which is none. Write 'format=json' or 'format=text'.");
        return (call ?? BuildCall.Build, parts.Contains("format=json"));
    }
}
