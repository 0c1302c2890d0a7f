namespace MsBuildKit.Engine.Snapshots;

/// <summary>An entry and where it stands.</summary>
/// <param name="Value">As its layer holds it.</param>
/// <param name="Layer">Counted from the bottom; -1 for what no layer names.</param>
/// <param name="Number">Which of the layer's entries.</param>
internal sealed record MergedEntry(TreeEntry Value, int Layer, int Number);
