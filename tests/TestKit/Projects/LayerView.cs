using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using ZstdSharp;

namespace MsBuildKit.TestKit.Projects;

/// <summary>A layer: what it is called, and what is in it.</summary>
public sealed record LayerView(string Digest, string MediaType, IReadOnlyList<LayerEntry> Entries)
{
    public static LayerView Read(string path, string mediaType, string digest)
    {
        using var file = File.OpenRead(path);
        using var content = Decompress(file, mediaType);
        using var tar = new TarReader(content);
        var entries = new List<LayerEntry>();
        while (tar.GetNextEntry() is { } entry) entries.Add(Describe(entry));
        return new LayerView(digest, mediaType, entries);
    }

    private static LayerEntry Describe(TarEntry entry) => new(
        "/" + entry.Name.Trim('/'),
        entry.EntryType == TarEntryType.Directory,
        Convert.ToString((int)entry.Mode, 8).PadLeft(4, '0'),
        string.Create(CultureInfo.InvariantCulture, $"{entry.Uid}:{entry.Gid}"),
        entry.LinkName is { Length: > 0 } link ? link : null,
        entry.EntryType is TarEntryType.Directory or TarEntryType.SymbolicLink ? null : Convert.ToHexStringLower(SHA256.HashData(entry.DataStream ?? Stream.Null)),
        entry.ModificationTime);

    private static Stream Decompress(Stream file, string mediaType) =>
        mediaType.EndsWith("zstd", StringComparison.Ordinal) ? new DecompressionStream(file)
        : mediaType.EndsWith("gzip", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress)
        : file;
}
