using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Workers.Rootless.Protocol;
using Digest = MsBuildKit.Engine.Oci.Digest;

namespace MsBuildKit.Engine.Workers;

/// <summary>Where contents are, by digest: those of the files of the trees that a build has read. For several threads at once.</summary>
internal sealed class LentPlaces
{
    // The tables of that many take two thirds of the longest frame.
    private const int MostContents = 1_000_000;

    private readonly Lock _gate = new();
    private readonly HashSet<TreeResult> _trees = new(ReferenceEqualityComparer.Instance);
    private readonly List<TreeResult> _unread = [];
    private readonly Dictionary<Digest, (LocalFile File, FileFacts Facts)> _known = [];
    private readonly List<LentContents> _tables = [];
    private int _count;

    /// <summary>The files of a tree are to be found from now on, unless there are too many.</summary>
    public void Add(TreeResult tree)
    {
        lock (_gate)
        {
            if (_count + tree.Facts.Count > MostContents) return;
            _count += tree.Facts.Count;
            _trees.Add(tree);
            _unread.Add(tree);
        }
    }

    /// <summary>The files of a tree are to be found.</summary>
    public bool Has(TreeResult tree)
    {
        lock (_gate) return _trees.Contains(tree);
    }

    /// <summary>There is a file that has the content.</summary>
    public bool Has(Digest content)
    {
        lock (_gate) return Known().ContainsKey(content);
    }

    /// <summary>Opens a file that has the content, and proves at its end to. Throws MBK2003 when none has it any more.</summary>
    public Stream Open(Digest content)
    {
        (LocalFile File, FileFacts Facts) found;
        lock (_gate)
            if (!Known().TryGetValue(content, out found)) throw WorkerException.ContentGone(content);
        return new LentFileStream(found.File, found.Facts);
    }

    /// <summary>All of it, for a worker.</summary>
    public IReadOnlyList<LentContents> Tables()
    {
        lock (_gate)
        {
            Known();
            return [.. _tables];
        }
    }

    private Dictionary<Digest, (LocalFile File, FileFacts Facts)> Known()
    {
        foreach (var tree in _unread)
        {
            var contents = new List<(LocalFile File, FileFacts Facts)>(tree.Facts.Count);
            for (var i = 0; i < tree.Facts.Count; i++)
                if (tree.Facts[i].Size > 0 && _known.TryAdd(tree.Facts[i].Sha256, (tree.Tree.Files[i], tree.Facts[i]))) contents.Add((tree.Tree.Files[i], tree.Facts[i]));
            _tables.AddRange(LentTables.ToWire(contents));
        }
        _unread.Clear();
        return _known;
    }
}
