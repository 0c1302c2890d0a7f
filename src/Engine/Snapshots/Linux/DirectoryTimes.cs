namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>The modification times that directories are to have once nothing changes in them any more.</summary>
internal sealed class DirectoryTimes(RootedTree tree)
{
    private readonly Dictionary<string, (long Seconds, uint Nanoseconds)> _times = new(StringComparer.Ordinal);

    /// <summary>Gives a directory a time of its own.</summary>
    /// <param name="place">Its path, without links in it.</param>
    /// <param name="seconds">Of the Unix epoch.</param>
    public void Set(string place, long seconds) => _times[place] = (seconds, 0);

    /// <summary>Keeps the time that a directory has, unless it was kept or given before.</summary>
    public void Keep(string place)
    {
        if (!_times.ContainsKey(place) && tree.Find(place) is { IsDirectory: true } found) _times[place] = (found.ModifiedSeconds, found.ModifiedNanoseconds);
    }

    /// <summary>Sets them all; what is no directory any more, or is not reached without a link, is left alone.</summary>
    public void Apply()
    {
        foreach (var (place, time) in _times)
            if (tree.Find(place) is { IsDirectory: true } && tree.Locate(place) == place) tree.SetModified(place, time.Seconds, time.Nanoseconds);
    }
}
