namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The directories that a walk is in, from the top down. Each has an entry only when it changed itself, or something in it did.</summary>
internal sealed class EntryFolders
{
    private readonly List<EntryFolder> _open = [];

    /// <summary>The innermost.</summary>
    public EntryFolder? Current => _open.Count == 0 ? null : _open[^1];

    /// <summary>Goes into one.</summary>
    public void Enter(EntryFolder folder) => _open.Add(folder);

    /// <summary>Goes back to the one above.</summary>
    public void Leave() => _open.RemoveAt(_open.Count - 1);

    /// <summary>The entries of those that have not been given out yet: what comes next is in them.</summary>
    public IEnumerable<TreeEntry> TakePending()
    {
        foreach (var folder in _open)
        {
            if (folder.Pending is { } pending) yield return pending;
            folder.Pending = null;
        }
    }
}
