using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Knows the content of files that were read before, so that an unchanged tree costs a stat per file and no read.</summary>
/// <remarks>
/// Never stale: facts are kept only for a file whose last change lies safely before the moment its reading began. A file that was
/// changed within the clock's own granularity of being read is read again next time. What is kept for a tree is one file, named
/// by the tree's host paths, with a checksum (<see cref="SealedFile"/>); a damaged one is as good as none. One instance reads no file
/// twice for several trees.
/// </remarks>
public sealed class FileFactsCache(string directory, TimeProvider time)
{
    private const int Format = 2;
    private const int MostReads = 10;

    private readonly ConcurrentDictionary<string, Entry> _read = new(StringComparer.Ordinal);

    // Nanoseconds since 1970.
    private long Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>What of a folder a build takes, with the facts of its files.</summary>
    /// <param name="name">What the tree is to be called.</param>
    /// <param name="folder">Absolute.</param>
    /// <param name="filter">What of it is taken.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<FolderContent> ReadFolderAsync(string name, string folder, FolderFilter filter, CancellationToken cancellationToken)
    {
        var found = FolderWalk.Run(name, folder, filter, Now, cancellationToken);
        var facts = await new FolderFacts(directory).ReadAsync(folder, found, cancellationToken).ConfigureAwait(false);
        return new FolderContent(new SentTree(found.Tree, facts), [.. found.Stamps.Select(s => s.ModifiedNanoseconds)]);
    }

    /// <summary>The facts of every file of <paramref name="tree"/>, in its order.</summary>
    public async Task<IReadOnlyList<FileFacts>> ReadAsync(LocalTree tree, CancellationToken cancellationToken)
    {
        var path = PathOf(tree);
        var known = Load(path, tree.Files.Count);
        var started = Now;
        var current = new Entry[tree.Files.Count];
        var unknown = new List<int>();
        for (var i = 0; i < current.Length; i++)
        {
            var stamp = FileStamp.Of(tree.Files[i].HostPath);
            if (known is not null && known[i].Settled && known[i].Stamp == stamp) current[i] = known[i];
            else if (_read.TryGetValue(tree.Files[i].HostPath, out var read) && read.Settled && read.Stamp == stamp) current[i] = read;
            else unknown.Add(i);
        }
        await Parallel.ForEachAsync(unknown, cancellationToken, (i, _) =>
        {
            current[i] = _read[tree.Files[i].HostPath] = Read(tree.Files[i].HostPath, started);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        if (known is null || unknown.Count > 0) Save(path, current);
        return [.. current.Select(e => e.Facts)];
    }

    private static Entry Read(string path, long started)
    {
        // What changed while it was read is read again, until it holds still.
        for (var i = 0; i < MostReads; i++)
        {
            var before = FileStamp.Of(path);
            var facts = FileReader.Read(path, before.Size);
            if (FileStamp.Of(path) == before && facts.Size == before.Size)
                return new Entry(before, facts, before.IsSettled(started));
        }
        throw new SessionException(SessionException.NeverStill, ErrorKind.FailedPrecondition, $"'{path}' changed each of the {MostReads} times it was read. Stop what writes to it and publish again.");
    }

    private string PathOf(LocalTree tree)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in tree.Files) hash.AppendData(Encoding.UTF8.GetBytes(file.HostPath + "\0"));
        return Path.Combine(directory, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }

    private static Entry[]? Load(string path, int count)
    {
        try
        {
            if (!SealedFile.TryRead(path, out var body) || body is null) return null;
            using var reader = new BinaryReader(new MemoryStream(body));
            if (reader.ReadInt32() != Format || reader.ReadInt32() != count) return null;
            var entries = new Entry[count];
            for (var i = 0; i < count; i++) entries[i] = ReadEntry(reader);
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    private static Entry ReadEntry(BinaryReader reader)
    {
        var stamp = FileStamp.ReadFrom(reader);
        var sha256 = Digest.FromSha256(reader.ReadBytes(32));
        var sha1 = Convert.ToHexStringLower(reader.ReadBytes(20));
        return new Entry(stamp, new FileFacts(sha256, sha1, stamp.Size, reader.ReadBoolean()), reader.ReadBoolean());
    }

    private static void Save(string path, Entry[] entries)
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write(Format);
        writer.Write(entries.Length);
        foreach (var entry in entries) Write(writer, entry);
        writer.Flush();
        // Not remembering only costs reading again.
        _ = SealedFile.TryWrite(path, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    private static void Write(BinaryWriter writer, Entry entry)
    {
        entry.Stamp.WriteTo(writer);
        writer.Write(Convert.FromHexString(entry.Facts.Sha256.Hex));
        writer.Write(Convert.FromHexString(entry.Facts.Sha1));
        writer.Write(entry.Facts.Executable);
        writer.Write(entry.Settled);
    }

    private readonly record struct Entry(FileStamp Stamp, FileFacts Facts, bool Settled);
}
