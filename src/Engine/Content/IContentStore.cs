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
    /// <param name="expected">What comes, when that is known: <see cref="FindArriving"/> then finds it.</param>
    ContentIngest BeginIngest(Digest? expected = null);

    /// <summary>A blob that comes in at this moment, by whichever process, from its first byte on: reading waits for what has not come yet. Nothing of it is proven.
    /// <c>null</c> when none of that digest comes.</summary>
    /// <param name="digest">Of the blob.</param>
    /// <param name="size">How many bytes it has. When fewer come, reading throws <see cref="EndOfStreamException"/>.</param>
    Stream? FindArriving(Digest digest, long size);

    /// <summary>Keeps a blob, should it be there, from being collected while this store is open. Committing does so by itself.</summary>
    void Retain(Digest digest);
}
