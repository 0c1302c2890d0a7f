using System.Security.Cryptography;
using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Knows the content of the files of folders by their paths, so that one that is added, or left out, makes no other be read again.</summary>
/// <remarks>Never stale, by the same rule as <see cref="FileFactsCache"/>. What is kept for a folder is one file with a checksum. Files that a build did not take
/// are remembered for the next that does, as long as they are no more than those that it took.</remarks>
internal sealed class FolderFacts(string directory)
{
    private const int Format = 1;

    /// <summary>The facts of every file of a folder, in the tree's order; without the digests that only SPDX wants.</summary>
    public async Task<IReadOnlyList<FileFacts>> ReadAsync(string folder, FolderTree found, CancellationToken cancellationToken)
    {
        var path = PathOf(folder);
        var known = Load(path);
        var files = found.Tree.Files;
        var current = new Entry[files.Count];
        var unknown = new List<int>();
        for (var i = 0; i < current.Length; i++)
        {
            if (known.Remove(files[i].Path, out var entry) && entry.Settled && entry.Stamp == found.Stamps[i]) current[i] = entry;
            else unknown.Add(i);
        }
        if (unknown.Count == 0) return [.. current.Select(e => e.Facts)];
        await Parallel.ForEachAsync(unknown, cancellationToken, (i, _) =>
        {
            current[i] = Read(files[i].HostPath, found.Started);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        Save(path, files, current, known.Count <= current.Length ? known : []);
        return [.. current.Select(e => e.Facts)];
    }

    private static Entry Read(string path, long started)
    {
        var (stamp, facts) = FileReader.ReadEntry(path);
        return new Entry(stamp, facts, stamp.IsSettled(started));
    }

    private string PathOf(string folder) => Path.Combine(directory, Digest.Of(Encoding.UTF8.GetBytes("folder\0" + folder)).Hex);

    private static Dictionary<string, Entry> Load(string path)
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        try
        {
            if (!SealedFile.TryRead(path, out var body) || body is null) return entries;
            using var reader = new BinaryReader(new MemoryStream(body));
            if (reader.ReadInt32() != Format) return entries;
            for (var count = reader.ReadInt32(); count > 0; count--) entries[reader.ReadString()] = ReadEntry(reader);
            return entries;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or FormatException)
        {
            return new Dictionary<string, Entry>(StringComparer.Ordinal);
        }
    }

    private static Entry ReadEntry(BinaryReader reader)
    {
        var stamp = FileStamp.ReadFrom(reader);
        var sha256 = Digest.FromSha256(reader.ReadBytes(SHA256.HashSizeInBytes));
        return new Entry(stamp, new FileFacts(sha256, "", stamp.Size, reader.ReadBoolean()), reader.ReadBoolean());
    }

    private static void Save(string path, IReadOnlyList<LocalFile> files, Entry[] current, Dictionary<string, Entry> others)
    {
        var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        writer.Write(Format);
        writer.Write(current.Length + others.Count);
        for (var i = 0; i < current.Length; i++) Write(writer, files[i].Path, current[i]);
        foreach (var (name, entry) in others) Write(writer, name, entry);
        writer.Flush();
        // Not remembering only costs reading again.
        _ = SealedFile.TryWrite(path, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    private static void Write(BinaryWriter writer, string path, Entry entry)
    {
        writer.Write(path);
        entry.Stamp.WriteTo(writer);
        writer.Write(Convert.FromHexString(entry.Facts.Sha256.Hex));
        writer.Write(entry.Facts.Executable);
        writer.Write(entry.Settled);
    }

    private readonly record struct Entry(FileStamp Stamp, FileFacts Facts, bool Settled);
}
