namespace MsBuildKit.Engine.Packages;

/// <summary>All packages of all suites, by name and by what they provide.</summary>
internal sealed class PackageIndex
{
    private readonly Dictionary<string, List<IndexedPackage>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<(IndexedPackage Package, string? Version)>> _providers = new(StringComparer.Ordinal);

    public PackageIndex(IEnumerable<IndexedPackage> packages)
    {
        foreach (var package in packages) Of(_byName, package.Name).Add(package);
        foreach (var list in _byName.Values) list.Sort((a, b) => DebianVersion.Compare(b.Version, a.Version));
        // Only the newest version of a package provides: an old one in another suite must not.
        foreach (var list in _byName.Values)
            foreach (var provided in list[0].Provides)
                Of(_providers, provided.Name).Add((list[0], provided.Version));
        foreach (var list in _providers.Values) list.Sort((a, b) => string.CompareOrdinal(a.Package.Name, b.Package.Name));
    }

    /// <summary>Real packages of that name, newest first.</summary>
    public IReadOnlyList<IndexedPackage> Named(string name) => _byName.TryGetValue(name, out var list) ? list : [];

    /// <summary>What satisfies <paramref name="relation"/>: real packages newest first, then providers by name.</summary>
    public IEnumerable<IndexedPackage> Candidates(Relation relation)
    {
        foreach (var package in Named(relation.Name))
            if (Satisfies(package, relation)) yield return package;
        if (!_providers.TryGetValue(relation.Name, out var providers)) yield break;
        foreach (var (package, _) in providers)
            if (package.Name != relation.Name && Satisfies(package, relation)) yield return package;
    }

    /// <summary>Whether <paramref name="package"/> is, or provides, what <paramref name="relation"/> names. A provision without a version
    /// satisfies no versioned relation.</summary>
    public static bool Satisfies(IndexedPackage package, Relation relation)
    {
        if (relation.Architecture is not (null or "any" or "native") && relation.Architecture != package.Architecture) return false;
        if (relation.Architecture == "any" && package.MultiArch != "allowed") return false;
        if (package.Name == relation.Name) return relation.Accepts(package.Version);
        return package.Provides.Any(p => p.Name == relation.Name
            && (relation.Operator is null || (p.Version is not null && relation.Accepts(p.Version))));
    }

    private static List<T> Of<T>(Dictionary<string, List<T>> map, string key)
    {
        if (!map.TryGetValue(key, out var list)) map[key] = list = [];
        return list;
    }
}
