using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Workers;

/// <summary>Where contents are, by digest: those of the files of all trees that a build has read. For several threads at once.</summary>
internal sealed class LentPlaces
{
    private readonly Lock _gate = new();
    private readonly List<TreeResult> _unread = [];
    private readonly Dictionary<Digest, (LocalFile File, FileFacts Facts)> _known = [];

    /// <summary>The files of a tree are to be found from now on.</summary>
    public void Add(TreeResult tree)
    {
        lock (_gate) _unread.Add(tree);
    }

    /// <summary>A file that has the content; <c>null</c> when none has.</summary>
    public (LocalFile File, FileFacts Facts)? Find(Digest content)
    {
        lock (_gate)
        {
            foreach (var tree in _unread)
                for (var i = 0; i < tree.Facts.Count; i++) _known.TryAdd(tree.Facts[i].Sha256, (tree.Tree.Files[i], tree.Facts[i]));
            _unread.Clear();
            return _known.TryGetValue(content, out var found) ? found : null;
        }
    }

    /// <summary>Opens the content, which proves at its end to be the one; <c>null</c> when no file has it.</summary>
    public Func<Stream>? Opening(Digest content) => Find(content) is { } found ? () => new LentFileStream(found.File, found.Facts) : null;
}
