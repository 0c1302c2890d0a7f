using System.IO.Compression;
using System.Security.Cryptography;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;
using ZstdSharp;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Reads the entries of a layer, and proves at the end that they were the ones its image promised.</summary>
/// <remarks>A decompressor that is content with half its input is not believed: the digest of everything that came out decides. Nothing of
/// a layer is held but headers, and those are bounded.</remarks>
public static class LayerReader
{
    private const long Allowance = 1L << 30;

    /// <summary>Hands each entry to <paramref name="visit"/> with its content, if it has any, then checks <paramref name="diffId"/>. Whatever
    /// <paramref name="visit"/> learned counts only when this returns. Throws MBK1502 and MBK1503.</summary>
    public static async Task ReadAsync(
        Stream blob, Compression compression, Digest diffId, Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        try
        {
            var plain = Decompress(blob, compression);
            await using (plain.ConfigureAwait(false))
            {
                // Taking apart and placing take about as long as unpacking does.
                var ahead = new ReadAheadStream(plain);
                await using var reading = ahead.ConfigureAwait(false);
                using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
                var hashed = new HashingStream(ahead, hash);
                await TarEntries.ReadAsync(hashed, visit, cancellationToken).ConfigureAwait(false);
                await hashed.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                if (Digest.FromSha256(hash.GetHashAndReset()) != diffId) throw Unreadable(diffId, "its content is not what the configuration promises");
            }
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            throw Unreadable(diffId, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>The digest of what a blob unpacks to. Throws MBK1502.</summary>
    internal static async Task<Digest> DiffIdOfAsync(Stream blob, Compression compression, CancellationToken cancellationToken)
    {
        try
        {
            var plain = Decompress(blob, compression);
            await using (plain.ConfigureAwait(false)) return Digest.FromSha256(await SHA256.HashDataAsync(plain, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            throw new SnapshotException(SnapshotException.UnreadableLayer, ErrorKind.Invalid, $"A layer cannot be unpacked: {e.Message.TrimEnd('.')}. Get it again from a source you trust.", e);
        }
    }

    /// <summary>What a blob unpacks to.</summary>
    internal static Stream Decompress(Stream blob, Compression compression) => compression switch
    {
        Compression.None => blob,
        Compression.Gzip => new UnpackStream(blob, b => new GZipStream(b, CompressionMode.Decompress), Allowance),
        Compression.Zstd => new UnpackStream(blob, b => new DecompressionStream(b), Allowance),
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };

    private static SnapshotException Unreadable(Digest diffId, string why, Exception? inner = null) => new(
        SnapshotException.UnreadableLayer, ErrorKind.Invalid, $"The layer '{diffId}' cannot be read: {why}. Get the image again from a source you trust.", inner);

    private sealed class HashingStream(Stream inner, IncrementalHash hash) : ReadingStream
    {
        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            hash.AppendData(buffer[..read]);
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            hash.AppendData(buffer.Span[..read]);
            return read;
        }
    }
}
