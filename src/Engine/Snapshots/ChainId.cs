using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Names a tree by the layers that make it (OCI image-spec, config.md, "Layer ChainID").</summary>
public static class ChainId
{
    /// <summary>The name of the tree that a layer makes on top of another.</summary>
    /// <param name="parent">The name of what is below; <c>null</c> for the bottom layer, whose name is its DiffID.</param>
    /// <param name="diffId">The layer.</param>
    public static Digest Of(Digest? parent, Digest diffId) => parent is { } below ? Digest.Of(Encoding.ASCII.GetBytes($"{below} {diffId}")) : diffId;

    /// <summary>The names of all trees on the way up, from the bottom; the last is that of the whole.</summary>
    public static IReadOnlyList<Digest> Of(IEnumerable<Digest> diffIds)
    {
        var names = new List<Digest>();
        foreach (var diffId in diffIds) names.Add(Of(names.Count == 0 ? null : names[^1], diffId));
        return names;
    }
}
