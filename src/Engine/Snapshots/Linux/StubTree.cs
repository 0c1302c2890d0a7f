namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>Mount points that are put into a tree where it lacks them, and taken away again.</summary>
/// <remarks>One that was changed, or that has got something else in it, stays: an overlay would have it in the layer then.</remarks>
internal sealed class StubTree(RootedTree tree, RootedTree stubs)
{
    private readonly List<(string Path, FileStatus Status)> _made = [];

    /// <summary>Adds what lacks.</summary>
    public void Add()
    {
        var paths = new List<string>();
        Add("", paths);
        foreach (var path in paths) _made.Add((path, tree.Read(path)));
    }

    /// <summary>Takes away what is still as it was made.</summary>
    public void Remove()
    {
        var same = _made.Where(m => tree.Find(m.Path) is { } now && now.IsSameFile(m.Status) && now.Changed == m.Status.Changed).Select(m => m.Path).ToList();
        for (var i = same.Count - 1; i >= 0; i--)
        {
            if (tree.Read(same[i]).IsDirectory && tree.List(same[i]).Count > 0) continue;
            var folder = RootedTree.ParentOf(same[i]);
            KeepTime(folder, () => tree.RemoveTree(same[i]));
        }
        _made.Clear();
    }

    private void Add(string folder, List<string> made)
    {
        foreach (var name in stubs.List(folder))
        {
            var path = folder.Length == 0 ? name : $"{folder}/{name}";
            var stub = stubs.Read(path);
            var there = tree.Find(path);
            if (there is null)
            {
                KeepTime(folder, () => Make(path, stub));
                made.Add(path);
            }
            // What the tree has in its place hides it.
            if (stub.IsDirectory && there is null or { IsDirectory: true }) Add(path, made);
        }
    }

    private void Make(string path, FileStatus stub)
    {
        if (stub.IsDirectory) tree.MakeDirectory(path);
        else tree.MakeFile(path);
        tree.SetOwner(path, stub.Uid, stub.Gid);
        tree.SetMode(path, stub.Permissions);
    }

    private void KeepTime(string folder, Action change)
    {
        var before = tree.Read(folder);
        change();
        tree.SetModified(folder, before.ModifiedSeconds, before.ModifiedNanoseconds);
    }
}
