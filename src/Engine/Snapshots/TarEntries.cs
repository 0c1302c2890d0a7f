using System.Formats.Tar;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>Reads the entries of a plain tar that nobody vouches for.</summary>
internal static class TarEntries
{
    private const int MostEntries = 2_000_000;

    /// <summary>Hands each entry to <paramref name="visit"/> with its content, if it has any. Throws MBK1503 for one that leaves the tree, and what
    /// <see cref="BrokenArchive"/> knows for a tar that makes no sense.</summary>
    public static async Task ReadAsync(Stream plain, Func<TreeEntry, Stream?, ValueTask> visit, CancellationToken cancellationToken)
    {
        var watched = new WatchedStream(plain);
        var reader = new TarReader(watched, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
            for (var count = 0; await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is { } entry; count++)
            {
                if (count == MostEntries) throw new InvalidDataException($"it has more than {MostEntries} entries");
                if (entry.EntryType != TarEntryType.GlobalExtendedAttributes) await visit(Convert(entry, watched.Prefix, watched.Xattrs), entry.DataStream).ConfigureAwait(false);
            }
    }

    /// <summary>The stream begins with an entry.</summary>
    public static async Task<bool> BeginsAsync(Stream plain, CancellationToken cancellationToken)
    {
        var reader = new TarReader(new WatchedStream(plain), leaveOpen: true);
        await using (reader.ConfigureAwait(false))
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken).ConfigureAwait(false) is not null;
    }

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

    private sealed class WatchedStream(Stream inner) : ReadingStream
    {
        private readonly TarWatch _watch = new();
        private int _ending = TarHeader.BlockSize;

        /// <summary>What the last header says stands before its name.</summary>
        public string Prefix => _watch.Prefix;

        /// <summary>What was said before the last header.</summary>
        public IReadOnlyDictionary<string, byte[]>? Xattrs => _watch.Xattrs;

        public override int Read(Span<byte> buffer)
        {
            var read = inner.Read(buffer);
            _watch.Pass(buffer[..read]);
            return read > 0 ? read : End(buffer);
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            _watch.Pass(buffer.Span[..read]);
            return read > 0 ? read : End(buffer.Span);
        }

        // The framework's reader insists on the empty block at the end, which some writers leave out and others do not miss. What ends elsewhere is cut off.
        private int End(Span<byte> buffer)
        {
            if (!_watch.IsBetweenEntries) return 0;
            var length = Math.Min(buffer.Length, _ending);
            _ending -= length;
            buffer[..length].Clear();
            return length;
        }
    }
}
