using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers.Remote;

/// <summary>Solves graphs somewhere else, such as in a daemon of BuildKit. Planning and all that is done with the result stay here.</summary>
public interface IRemoteSolver
{
    /// <summary>Solves a graph, and answers the digest of the manifest of its result. When it returns, the manifest, its configuration and every layer are in the
    /// graph's store, but for layers that <see cref="RemoteGraph.KnownBlobs"/> names. Steps are told as they happen.</summary>
    Task<Digest> SolveAsync(RemoteGraph graph, IProgress<BuildEvent>? progress, CancellationToken cancellationToken);
}
