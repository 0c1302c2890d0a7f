using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Puts entries as receivers want them: sorted, and of a file with several names, the content with the first.</summary>
internal static class EntryOrder
{
    public static IReadOnlyList<Stat> Of(IReadOnlyList<Stat> entries)
    {
        var ordered = entries.ToArray();
        Array.Sort(ordered, (a, b) => NameOrder.Instance.Compare(a.Path, b.Path));
        if (!ordered.Any(IsName)) return ordered;
        var files = ordered.Where(e => e.IsFile() && !IsName(e)).ToDictionary(e => e.Path, StringComparer.Ordinal);
        var first = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < ordered.Length; i++)
            if (IsName(ordered[i])) ordered[i] = Renamed(ordered[i], files, first);
            else if (ordered[i].IsFile()) first.TryAdd(ordered[i].Path, ordered[i].Path);
        return ordered;
    }

    private static bool IsName(Stat entry) => entry.IsFile() && entry.Linkname.Length > 0;

    private static Stat Renamed(Stat entry, Dictionary<string, Stat> files, Dictionary<string, string> first)
    {
        var renamed = entry.Clone();
        renamed.Linkname = first.GetValueOrDefault(entry.Linkname, "");
        if (renamed.Linkname.Length > 0) return renamed;
        first[entry.Linkname] = entry.Path;
        if (files.TryGetValue(entry.Linkname, out var file)) renamed.Size = file.Size;
        return renamed;
    }
}
