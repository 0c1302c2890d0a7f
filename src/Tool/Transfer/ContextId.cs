using System.Text;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tool.Transfer;

/// <summary>Whose tree it is, so that the next transfer of it says only what changed.</summary>
/// <param name="SharedKey">What the client's session calls itself to all of its builds; when clients of the same key lend different trees
/// under one name at a time, each transfer brings the files again that are young.</param>
/// <param name="Name">The name in the graph.</param>
internal sealed record ContextId(string SharedKey, string Name)
{
    /// <summary>The name of its folder.</summary>
    public string FolderName => Digest.Of(Encoding.UTF8.GetBytes($"{SharedKey}\0{Name}")).Hex;
}
