using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>A place to keep bytes by digest.</summary>
/// <remarks>
/// The life of a blob: <see cref="BeginIngest"/> opens an anonymous file that nobody can see; bytes are written and hashed;
/// <see cref="ContentIngest.CommitAsync"/> makes them durable, checks digest and size, and only then does the blob appear
/// under its digest. A process that dies in between leaves an anonymous file that the next collection removes. Committing
/// what is there already is not an error. Content that was committed or found through a lease stays until the lease ends.
/// </remarks>
public interface IContentStore : IContentSource
{
    /// <summary>Opens a new ingest. Disposing it uncommitted aborts it.</summary>
    ContentIngest BeginIngest();

    /// <summary>Keeps a blob, should it be there, from being collected while this store is open. Committing does so by itself.</summary>
    void Retain(Digest digest);
}
