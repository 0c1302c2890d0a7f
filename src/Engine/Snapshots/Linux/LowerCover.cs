namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>What of the layers below is hidden by whiteouts, which never hide what their own layer brings (OCI image-spec, layer.md, "Whiteouts").</summary>
/// <remarks>Each directory is looked through once, however many whiteouts a layer has and in whatever order: what has been cleared of the lower
/// layers stays clear of them.</remarks>
internal sealed class LowerCover(RootedTree tree)
{
    private readonly HashSet<string> _own = new(StringComparer.Ordinal);
    private readonly HashSet<string> _clear = new(StringComparer.Ordinal);

    /// <summary>Remembers that the layer brings something at a place, and so all directories above it.</summary>
    public void Add(string place)
    {
        while (place.Length > 0 && _own.Add(place)) place = RootedTree.ParentOf(place);
    }

    /// <summary>Hides one name.</summary>
    public void Hide(string place)
    {
        if (_own.Contains(place)) Clear(place);
        else tree.RemoveTree(place);
    }

    /// <summary>Hides all that the layers below have in a directory.</summary>
    public void Clear(string place)
    {
        var open = new Stack<string>([place]);
        while (open.TryPop(out var directory))
        {
            if (tree.Find(directory) is not { IsDirectory: true } || !_clear.Add(directory)) continue;
            foreach (var name in tree.List(directory))
            {
                var inside = directory.Length == 0 ? name : $"{directory}/{name}";
                if (_own.Contains(inside)) open.Push(inside);
                else tree.RemoveTree(inside);
            }
        }
    }
}
