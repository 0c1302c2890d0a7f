using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Linting;

/// <summary>Reads what <c># check=</c> and the build argument <c>BUILDKIT_DOCKERFILE_CHECK</c> say:
/// <c>skip=Rule,Rule;error=true;experimental=all</c>.</summary>
public static class CheckOptions
{
    /// <summary>The code of options that cannot be understood.</summary>
    public const string Invalid = "MBK1962";

    /// <summary>The build argument that stands in for the directive.</summary>
    public const string BuildArgument = "BUILDKIT_DOCKERFILE_CHECK";

    private static readonly string[] s_names = ["skip", "error", "experimental"];

    /// <summary>The options as far as they can be understood. Rules that are not known are kept, as Docker does: a later version may know them.</summary>
    /// <param name="text">After <c>check=</c>.</param>
    /// <param name="problems">Takes a sentence for each that cannot.</param>
    public static CheckDirective Parse(string text, ICollection<string> problems)
    {
        var options = new CheckDirective([], false, []);
        if (string.IsNullOrWhiteSpace(text)) return options;
        foreach (var part in text.Split(';'))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (part.Trim(), null) : (part[..equals].Trim(), part[(equals + 1)..].Trim());
            options = Apply(options, name, value, problems);
        }
        return options;
    }

    private static CheckDirective Apply(CheckDirective options, string name, string? value, ICollection<string> problems)
    {
        if (!s_names.Contains(name))
        {
            problems.Add($"There is no check option '{name}'{NearestName.Suggest(name, s_names)}: use 'skip', 'error' or 'experimental', parted by ';'.");
            return options;
        }
        if (value is null)
        {
            problems.Add($"The check option '{name}' has no value: write '{name}=...'.");
            return options;
        }
        if (name == "skip") return options with { Skip = Rules(value) };
        if (name == "experimental") return options with { Experimental = Rules(value) };
        if (Truth(value) is { } error) return options with { Error = error };
        problems.Add($"The check option 'error' is '{value}': use 'true' or 'false'.");
        return options;
    }

    private static string[] Rules(string value) => value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static bool? Truth(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "True" or "TRUE" => true,
        "0" or "f" or "F" or "false" or "False" or "FALSE" => false,
        _ => null,
    };
}
