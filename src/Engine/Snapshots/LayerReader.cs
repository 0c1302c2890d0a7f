using System.Formats.Tar;
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
    private const int MostEntries = 2_000_000;
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
                var reader = new TarReader(hashed, leaveOpen: true);
                await using (reader.ConfigureAwait(false))
                    for (var count = 0; await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry; count++)
                    {
                        if (count == MostEntries) throw new InvalidDataException($"it has more than {MostEntries} entries");
                        if (entry.EntryType != TarEntryType.GlobalExtendedAttributes) await visit(Convert(entry, hashed.Prefix, hashed.Xattrs), entry.DataStream).ConfigureAwait(false);
                    }
                await hashed.CopyToAsync(Stream.Null, cancellationToken).ConfigureAwait(false);
                if (Digest.FromSha256(hash.GetHashAndReset()) != diffId) throw Unreadable(diffId, "its content is not what the configuration promises");
            }
        }
        catch (Exception e) when (BrokenArchive.Is(e))
        {
            throw Unreadable(diffId, e.Message.TrimEnd('.'), e);
        }
    }

    private static Stream Decompress(Stream blob, Compression compression) => compression switch
    {
        Compression.None => blob,
        Compression.Gzip => new UnpackStream(blob, b => new GZipStream(b, CompressionMode.Decompress), Allowance),
        Compression.Zstd => new UnpackStream(blob, b => new DecompressionStream(b), Allowance),
        _ => throw new ArgumentOutOfRangeException(nameof(compression)),
    };

    private static TreeEntry Convert(TarEntry entry, string prefix, IReadOnlyDictionary<string, byte[]>? xattrs) => new()
    {
        Path = Clean(NameOf(entry, prefix)),
        Type = entry.EntryType switch
        {
            TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile when !IsSparse(entry) => TreeEntryType.File,
            TarEntryType.Directory => TreeEntryType.Directory,
            TarEntryType.SymbolicLink => TreeEntryType.Symlink,
            TarEntryType.HardLink => TreeEntryType.HardLink,
            TarEntryType.CharacterDevice => TreeEntryType.CharacterDevice,
            TarEntryType.BlockDevice => TreeEntryType.BlockDevice,
            TarEntryType.Fifo => TreeEntryType.Fifo,
            // Tools disagree on what such an entry unpacks to: what is checked here would not be what runs.
            _ => throw new InvalidDataException($"its entry '{entry.Name}' is of a kind that images do not have"),
        },
        Mode = (int)entry.Mode,
        Uid = entry.Uid,
        Gid = entry.Gid,
        ModifiedSeconds = entry.ModificationTime.ToUnixTimeSeconds(),
        Size = entry.Length,
        Link = entry.EntryType switch
        {
            TarEntryType.SymbolicLink => entry.LinkName,
            TarEntryType.HardLink => Clean(entry.LinkName),
            _ => null,
        },
        Xattrs = xattrs,
    };

    private static bool IsSparse(TarEntry entry) => entry is PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(k => k.StartsWith("GNU.sparse.", StringComparison.Ordinal));
    // The framework's reader forgets the prefix of a header that stands behind a pax header without a path, which others honour (POSIX.1-2001):
    // read without it, an entry would be taken for one of another folder.
    private static string NameOf(TarEntry entry, string prefix) =>
        prefix.Length > 0 && entry is PaxTarEntry pax && !pax.ExtendedAttributes.ContainsKey("path") ? $"{prefix}/{entry.Name}" : entry.Name;

    // './a', '/a' and 'a' are one place; what climbs out is no place.
    private static string Clean(string name)
    {
        var parts = name.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(p => p != ".").ToList();
        if (parts.Contains("..") || name.Contains('\0'))
            throw new SnapshotException(SnapshotException.InvalidEntry, ErrorKind.Invalid, $"A layer has an entry '{name}' that leaves the image. Do not use this image.");
        return string.Join('/', parts);
    }

    private static SnapshotException Unreadable(Digest diffId, string why, Exception? inner = null) => new(
        SnapshotException.UnreadableLayer, ErrorKind.Invalid, $"The layer '{diffId}' cannot be read: {why}. Get the image again from a source you trust.", inner);

    private sealed class HashingStream(Stream inner, IncrementalHash hash) : ReadingStream
    {
        private readonly TarWatch _watch = new();

        /// <summary>What the last header says stands before its name.</summary>
        public string Prefix => _watch.Prefix;

        /// <summary>What was said before the last header.</summary>
        public IReadOnlyDictionary<string, byte[]>? Xattrs => _watch.Xattrs;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            // The watch writes over what it hides, so the digest comes first.
            hash.AppendData(buffer[..read]);
            _watch.Pass(buffer[..read]);
            return read;
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            hash.AppendData(buffer.Span[..read]);
            _watch.Pass(buffer.Span[..read]);
            return read;
        }
    }
}
