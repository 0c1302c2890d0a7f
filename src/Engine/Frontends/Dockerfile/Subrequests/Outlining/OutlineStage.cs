using MsBuildKit.Engine.Frontends.Dockerfile.Conversion;

namespace MsBuildKit.Engine.Frontends.Dockerfile.Subrequests.Outlining;

/// <summary>What one stage can be given by itself, and which stages it is made of.</summary>
internal sealed record OutlineStage
{
    /// <summary>As far as it is read; at its end, what a stage begins with that is built on it.</summary>
    public required Variables Variables { get; set; }

    /// <summary>All arguments that are known in it, by name.</summary>
    public required Dictionary<string, OutlineArg> Args { get; init; }

    /// <summary>Names of those that it uses.</summary>
    public HashSet<string> Used { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, OutlineMount> Secrets { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, OutlineMount> Ssh { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, OutlineMount> Caches { get; } = new(StringComparer.Ordinal);

    /// <summary>The stage that it begins with first, then those that it copies of.</summary>
    public List<OutlineStage> Parts { get; } = [];

    /// <summary>The arguments that it uses, and those that they are made of, in the order in which they are declared.</summary>
    public IEnumerable<OutlineArg> UsedArgs()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(Used);
        while (open.TryPop(out var name))
            if (names.Add(name) && Args.TryGetValue(name, out var arg))
                foreach (var use in arg.Uses) open.Push(use);
        return Args.Values.Where(a => names.Contains(a.Name));
    }
}
