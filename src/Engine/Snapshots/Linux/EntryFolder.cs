namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A directory that is being walked through.</summary>
/// <param name="Path">From the root.</param>
/// <param name="Names">Those that are left, in order.</param>
/// <param name="IsBelow">The layers below have this directory too.</param>
/// <param name="IsFresh">What they have in it is not seen any more.</param>
internal sealed record EntryFolder(string Path, Queue<string> Names, bool IsBelow, bool IsFresh = false)
{
    /// <summary>Its own entry, until it is given out.</summary>
    public TreeEntry? Pending { get; set; }

    /// <summary>The path of a name in it.</summary>
    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}/{name}";
}
