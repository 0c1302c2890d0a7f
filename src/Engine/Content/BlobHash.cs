using System.Buffers;
using System.Security.Cryptography;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>Hashes blobs with the algorithm of their digest.</summary>
internal static class BlobHash
{
    private const int BufferSize = 1 << 17;

    /// <summary>Begins a hash.</summary>
    public static IncrementalHash Create(string algorithm) =>
        IncrementalHash.CreateHash(algorithm == "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256);

    /// <summary>Ends a hash that was begun with the same <paramref name="algorithm"/>.</summary>
    public static Digest DigestOf(IncrementalHash hash, string algorithm) =>
        Digest.Parse($"{algorithm}:{Convert.ToHexStringLower(hash.GetHashAndReset())}");

    /// <summary>Reads <paramref name="content"/> to its end: its digest and its length in bytes.</summary>
    public static async Task<(Digest Digest, long Length)> ComputeAsync(Stream content, string algorithm, CancellationToken cancellationToken)
    {
        using var hash = Create(algorithm);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            long length = 0;
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0; length += read)
                hash.AppendData(buffer.AsSpan(0, read));
            return (DigestOf(hash, algorithm), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
