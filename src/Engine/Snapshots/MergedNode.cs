namespace MsBuildKit.Engine.Snapshots;

/// <summary>A name in a <see cref="MergedTree"/>. Two names of one file share their <see cref="Entry"/>.</summary>
internal sealed class MergedNode(MergedEntry entry)
{
    /// <summary>What it is.</summary>
    public MergedEntry Entry { get; set; } = entry;

    /// <summary>The layer, counted from the bottom, that said so last, of it or of anything below it.</summary>
    public int LastLayer { get; set; } = entry.Layer;

    /// <summary>What a directory has, by name; empty for all else.</summary>
    public SortedDictionary<string, MergedNode> Children { get; } = new(NameOrder.Instance);

    public bool IsDirectory => Entry.Value.Type == TreeEntryType.Directory;
}
