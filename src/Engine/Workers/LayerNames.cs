using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Snapshots;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers;

/// <summary>Names that mean something else in layers than in trees.</summary>
internal static class LayerNames
{
    private const string Removal = ".wh.";

    /// <summary>Throws MBK1510 for one that means a removal.</summary>
    public static void Check(string path)
    {
        if (RootedTree.NameOf(path).StartsWith(Removal, StringComparison.Ordinal))
            throw new SnapshotException(SnapshotException.UnsayableName, ErrorKind.NotSupported, $"'/{path}' begins with '{Removal}', which means a removal in a layer. Rename it, or leave it out.");
    }
}
