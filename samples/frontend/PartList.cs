namespace Partsfile;

/// <summary>Reads the language: one part a line, <c>#</c> before remarks.</summary>
internal static class PartList
{
    // How many words a part has, at least and at most.
    private static readonly Dictionary<string, (int Least, int Most)> s_kinds = new(StringComparer.Ordinal)
    {
        ["base"] = (1, 1), ["copy"] = (2, 2), ["run"] = (1, int.MaxValue), ["env"] = (2, 2), ["start"] = (1, int.MaxValue),
    };

    /// <summary>The parts in their order. Throws with all that is wrong.</summary>
    public static IReadOnlyList<Part> Parse(string file, string text)
    {
        var parts = new List<Part>();
        var faults = new List<string>();
        foreach (var (line, number) in text.Split('\n').Select((l, i) => (l.Trim(), i + 1)).Where(l => l.Item1.Length > 0 && l.Item1[0] != '#'))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var part = new Part(number, words[0], words[1..]);
            if (!s_kinds.TryGetValue(part.Kind, out var count)) faults.Add($"line {number}: '{part.Kind}' is no part; there are {string.Join(", ", s_kinds.Keys)}");
            else if (part.Words.Count < count.Least || part.Words.Count > count.Most) faults.Add($"line {number}: '{part.Kind}' has {part.Words.Count} words and needs {count.Least}{(count.Most > count.Least ? " or more" : "")}");
            else if ((part.Kind == "base") != (parts.Count == 0 && faults.Count == 0)) faults.Add($"line {number}: the first part is a base, and no other");
            else parts.Add(part);
        }
        if (parts.Count == 0 && faults.Count == 0) faults.Add("there are no parts: begin with 'base scratch'");
        return faults.Count == 0 ? parts : throw new PartException($"{file}: {string.Join("; ", faults)}.");
    }
}
