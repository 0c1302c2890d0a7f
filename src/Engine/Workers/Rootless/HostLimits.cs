using System.Globalization;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>The worker's own hard limits (getrlimit(2)), above which nothing of its can go.</summary>
internal sealed class HostLimits
{
    private static readonly Dictionary<string, string> s_titles = new(StringComparer.Ordinal)
    {
        ["as"] = "Max address space", ["core"] = "Max core file size", ["cpu"] = "Max cpu time", ["data"] = "Max data size",
        ["fsize"] = "Max file size", ["locks"] = "Max file locks", ["memlock"] = "Max locked memory", ["msgqueue"] = "Max msgqueue size",
        ["nice"] = "Max nice priority", ["nofile"] = "Max open files", ["nproc"] = "Max processes", ["rss"] = "Max resident set",
        ["rtprio"] = "Max realtime priority", ["rttime"] = "Max realtime timeout", ["sigpending"] = "Max pending signals", ["stack"] = "Max stack size",
    };

    private readonly Dictionary<string, ulong> _hard = new(StringComparer.Ordinal);

    /// <summary>Reads a file in the form of <c>/proc/self/limits</c>.</summary>
    public HostLimits(string path)
    {
        foreach (var line in File.ReadLines(path))
            foreach (var (name, title) in s_titles)
                if (line.StartsWith(title + " ", StringComparison.Ordinal))
                    _hard[name] = Parse(line[title.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    /// <summary>The name in the runtime specification, and both values within what the worker has.</summary>
    public (string Type, ulong Soft, ulong Hard) Fit(StepUlimit limit)
    {
        if (!_hard.TryGetValue(limit.Name, out var most)) throw StepErrors.BadSpec($"there is no limit '{limit.Name}'");
        var hard = Math.Min(Value(limit.Hard), most);
        return ($"RLIMIT_{limit.Name.ToUpperInvariant()}", Math.Min(Value(limit.Soft), hard), hard);
    }

    // -1 is how Docker writes that there is none.
    private static ulong Value(long value) => value < 0 ? ulong.MaxValue : (ulong)value;

    private static ulong Parse(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : ulong.MaxValue;
}
