using MsBuildKit.Engine.Llb;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Solving;

/// <summary>Results that were made elsewhere. They are asked for after those of the own index, and used in the build that asks; what it makes on top of them it
/// remembers itself.</summary>
public interface ICacheImport
{
    /// <summary>A record for the worker to load, or <c>null</c>. It may lack some of the vertex's outputs.</summary>
    ValueTask<byte[]?> FindAsync(Vertex vertex, Digest key, CancellationToken cancellationToken);
}
