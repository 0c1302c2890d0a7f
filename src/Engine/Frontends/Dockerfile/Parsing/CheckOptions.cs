using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Parsing;

/// <summary>What a <c>check=</c> says, in a directive or in a comment above an instruction.</summary>
internal static class CheckOptions
{
    /// <summary>The options, or <c>null</c> and what is wrong.</summary>
    internal static CheckDirective? Parse(string text, out string? fault)
    {
        fault = null;
        var check = new CheckDirective([], false, []);
        foreach (var option in text.Split(';', 3))
        {
            var sign = option.IndexOf('=');
            var key = (sign < 0 ? option : option[..sign]).Trim();
            var value = sign < 0 ? null : option[(sign + 1)..].Trim();
            check = (key, value) switch
            {
                (_, null) => null,
                ("skip", _) => check with { Skip = Rules(value) },
                ("experimental", _) => check with { Experimental = Rules(value) },
                ("error", _) when GoBoolean.Parse(value) is { } error => check with { Error = error },
                _ => null,
            };
            if (check is not null) continue;
            fault = $"has the option '{FaultList.Short(option)}', which is unknown or has no such value";
            return null;
        }
        return check;
    }

    /// <summary>The rules that comments above an instruction turn off for it; those that cannot be read turn off none.</summary>
    internal static IReadOnlyList<string> SkippedBy(IReadOnlyList<string> comments)
    {
        foreach (var comment in comments)
        {
            if (!comment.StartsWith("check", StringComparison.OrdinalIgnoreCase)) continue;
            var rest = comment.AsSpan(5).TrimStart();
            if (!rest.StartsWith("=") || rest[1..].Trim().IsEmpty) continue;
            return Parse(rest[1..].Trim().ToString().Split(' ')[0], out _)?.Skip ?? [];
        }
        return [];
    }

    private static string[] Rules(string value) => value.Split(',', StringSplitOptions.TrimEntries);
}
