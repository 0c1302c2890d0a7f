using MsBuildKit.Engine.Oci;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Engine.Snapshots;

namespace MsBuildKit.Engine.Workers;

/// <summary>What a vertex gives.</summary>
public abstract record VertexResult;

/// <summary>Layers, any of which may still be remote.</summary>
public sealed record LayersResult(LayerChain Chain) : VertexResult;

/// <summary>A tree that the caller lends, as it stands on disk: a copy reads it in place.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Facts">What its files contain, in the tree's order.</param>
/// <param name="Fingerprint">Of paths, modes, owners and content.</param>
public sealed record TreeResult(LocalTree Tree, IReadOnlyList<FileFacts> Facts, Digest Fingerprint) : VertexResult
{
    private LentFiles? _files;

    /// <summary>The tree as file actions read it.</summary>
    internal LentFiles Files => LazyInitializer.EnsureInitialized(ref _files, () => new LentFiles(Tree, Facts));
}
