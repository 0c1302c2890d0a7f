using System.Collections.Concurrent;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The last trees that were made whole of described layers, by what they lie on: the next one is likely to be much like it. For one process.</summary>
/// <param name="content">Has the descriptions.</param>
internal sealed class WholeTrees(IContentStore content)
{
    private const int Most = 1000;

    private readonly ConcurrentDictionary<string, (Digest Id, Layer Layer)> _last = new(StringComparer.Ordinal);

    /// <summary>A tree was made.</summary>
    public void Remember(SnapshotStack parent, Digest id, Layer layer)
    {
        if (_last.Count > Most) _last.Clear();
        _last[KeyOf(parent)] = (id, layer);
    }

    /// <summary>The tree that another one is much like, and what is different; <c>null</c> when there is none.</summary>
    public async Task<(Digest Id, IReadOnlyList<TreeEntry> Changes)?> FindAsync(SnapshotStack parent, IReadOnlyList<TreeEntry> entries, CancellationToken cancellationToken)
    {
        if (!_last.TryGetValue(KeyOf(parent), out var last)) return null;
        if (await TreeDescription.FindAsync(content, last.Layer, _ => Stream.Null, cancellationToken).ConfigureAwait(false) is not { } before) return null;
        return DescribedChange.Between(before, entries, p => IsIn(parent, p)) is { } changes ? (last.Id, changes) : null;
    }

    private static string KeyOf(SnapshotStack parent) => parent.Id?.ToString() ?? "";

    private static bool IsIn(SnapshotStack parent, string path) => parent.Lowers.Any(lower =>
    {
        using var tree = RootedTree.Open(lower);
        return tree.Find(path) is not null;
    });
}
