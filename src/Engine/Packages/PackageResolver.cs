using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Packages;

/// <summary>Finds the closure of the packages that were asked for, always the same for the same index.</summary>
/// <remarks>
/// What the user named comes first, so that dependencies meet the user's own choices and pins. Of alternatives one that is chosen
/// already is kept; else the first that the archive has, in its newest version; of providers of a virtual package the first by name.
/// Recommends are not followed. There is no backtracking: a conflict is an error that names both sides, for the user to pin.
/// </remarks>
internal sealed class PackageResolver(PackageIndex index)
{
    private readonly SortedDictionary<string, IndexedPackage> _chosen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _reason = new(StringComparer.Ordinal);

    /// <summary>The closure, sorted by name. Throws MBK1607 and MBK1608.</summary>
    public IReadOnlyList<IndexedPackage> Resolve(IEnumerable<string> wanted)
    {
        var queue = new Queue<IndexedPackage>();
        foreach (var text in wanted.Distinct(StringComparer.Ordinal))
            Choose(Root(text), "", queue);
        while (queue.TryDequeue(out var package))
            foreach (var group in package.Depends.Where(g => !ScriptRules.IsScriptOnly(package.Name, g)))
                Follow(package, group, queue);
        RefuseConflicts();
        return [.. _chosen.Values];
    }

    private IndexedPackage Root(string text)
    {
        var equals = text.IndexOf('=');
        var relation = equals < 0
            ? new Relation(text.Trim(), null, null, null)
            : new Relation(text[..equals].Trim(), null, "=", text[(equals + 1)..].Trim());
        if (_chosen.TryGetValue(relation.Name, out var already) && relation.Accepts(already.Version)) return already;
        if (index.Candidates(relation).FirstOrDefault() is { } found) return found;
        var versions = index.Named(relation.Name).Select(p => p.Version).ToList();
        throw Missing(versions.Count == 0
            ? $"The package '{relation.Name}' is not in the archive for this architecture. Correct the ContainerPackage item."
            : $"The package '{relation.Name}' has no version '{relation.Version}'; there is {string.Join(", ", versions)}. Correct the ContainerPackage item.");
    }

    private void Follow(IndexedPackage package, IReadOnlyList<Relation> group, Queue<IndexedPackage> queue)
    {
        if (group.Any(relation => _chosen.Values.Any(p => PackageIndex.Satisfies(p, relation)))) return;
        // A name that is chosen in another version cannot be chosen again, so alternatives after it are tried.
        var found = group.SelectMany(index.Candidates).FirstOrDefault(p => !_chosen.ContainsKey(p.Name));
        if (found is null)
            throw Missing($"Nothing satisfies '{string.Join(" | ", group)}', which is needed by {Chain(package.Name)}. Pin another version or leave the package out.");
        Choose(found, package.Name, queue);
    }

    private void Choose(IndexedPackage package, string reason, Queue<IndexedPackage> queue)
    {
        if (_chosen.TryGetValue(package.Name, out var other))
        {
            if (other.Version == package.Version) return;
            throw new PackageException(PackageException.Conflict, ErrorKind.Invalid,
                $"The package '{package.Name}' is asked for in two versions, {other.Version} and {package.Version}. Keep one ContainerPackage item.");
        }
        _chosen.Add(package.Name, package);
        _reason[package.Name] = reason;
        queue.Enqueue(package);
    }

    private void RefuseConflicts()
    {
        foreach (var package in _chosen.Values)
            foreach (var relation in package.Conflicts)
                if (_chosen.Values.FirstOrDefault(o => o != package && PackageIndex.Satisfies(o, relation)) is { } other)
                    throw new PackageException(PackageException.Conflict, ErrorKind.FailedPrecondition,
                        $"{Chain(package.Name)} conflicts with '{relation}', which is {Chain(other.Name)}. Leave one of them out, or pin a version.");
    }

    private string Chain(string name)
    {
        var parts = new List<string>();
        for (var at = name; at.Length > 0 && parts.Count < 20; at = _reason[at]) parts.Add($"'{at}'");
        return string.Join(", needed by ", parts);
    }

    private static PackageException Missing(string message) => new(PackageException.Unsatisfiable, ErrorKind.NotFound, message);
}
