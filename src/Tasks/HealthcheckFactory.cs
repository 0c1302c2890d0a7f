using System.Globalization;
using Microsoft.Build.Framework;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Reads <c>ContainerHealthcheck</c>: a shell command, and when it is asked.</summary>
internal sealed class HealthcheckFactory(Problems problems)
{
    public HealthcheckConfig? Create(IReadOnlyList<ITaskItem> items)
    {
        if (items.Count == 0) return null;
        if (items.Count > 1) problems.Add(Problem.Healthcheck, "ContainerHealthcheck", "there are several. Keep one.", items[1]);
        var item = items[0];
        if (item.ItemSpec.Equals("none", StringComparison.OrdinalIgnoreCase)) return new HealthcheckConfig { Test = ["NONE"] };
        var command = item.GetMetadata("Command") is { Length: > 0 } given ? given : item.ItemSpec;
        if (!Text.IsValue(command)) problems.Add(Problem.Healthcheck, "ContainerHealthcheck", "its command has a NUL or half a character. Write a shell command.", item);
        return new HealthcheckConfig
        {
            Test = ["CMD-SHELL", command],
            Interval = Duration(item, "Interval"),
            Timeout = Duration(item, "Timeout"),
            StartPeriod = Duration(item, "StartPeriod"),
            Retries = Number(item, "Retries"),
        };
    }

    // Docker's spelling: a number and one of ms, s, m, h.
    private long? Duration(ITaskItem item, string name)
    {
        var text = item.GetMetadata(name);
        if (text.Length == 0) return null;
        var digits = text.TrimEnd('m', 's', 'h');
        long? unit = text[digits.Length..] switch { "ms" => 1_000_000, "s" => 1_000_000_000, "m" => 60_000_000_000, "h" => 3_600_000_000_000, _ => null };
        if (unit is { } nanoseconds && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue / nanoseconds) return number * nanoseconds;
        problems.Add(Problem.Healthcheck, "ContainerHealthcheck", $"{name} '{text}' is no duration. Write a number and ms, s, m or h, such as 30s.", item);
        return null;
    }

    private int? Number(ITaskItem item, string name)
    {
        var text = item.GetMetadata(name);
        if (text.Length == 0) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        problems.Add(Problem.Healthcheck, "ContainerHealthcheck", $"{name} '{text}' is no number. Write a whole one, such as 3.", item);
        return null;
    }
}
