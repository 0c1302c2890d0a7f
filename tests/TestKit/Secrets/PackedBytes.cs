using System.Buffers.Binary;
using System.IO.Compression;
using ZstdSharp;

namespace MsBuildKit.TestKit.Secrets;

/// <summary>Finds what is compressed anywhere in bytes: a layer in an archive, project files in a binary log.</summary>
internal static class PackedBytes
{
    private const int ZipHeader = 30, Most = 1 << 28;

    /// <summary>Each with its name, up to where it can be read: what only looks packed is none.</summary>
    public static IEnumerable<(string Part, byte[] Bytes)> Find(byte[] bytes)
    {
        foreach (var at in Positions(bytes, [0x1f, 0x8b, 8]))
            if (Read(() => new GZipStream(From(bytes, at), CompressionMode.Decompress)) is { } plain)
                yield return ($"gzip at {at}", plain);
        foreach (var at in Positions(bytes, [0x28, 0xb5, 0x2f, 0xfd]))
            if (Read(() => new DecompressionStream(From(bytes, at))) is { } plain)
                yield return ($"zstd at {at}", plain);
        foreach (var at in Positions(bytes, "PK\u0003\u0004"u8.ToArray()))
            if (FindZipContent(bytes, at) is { } content && Read(() => new DeflateStream(From(bytes, content), CompressionMode.Decompress)) is { } plain)
                yield return ($"zip at {at}", plain);
    }

    private static List<int> Positions(byte[] bytes, byte[] magic)
    {
        var found = new List<int>();
        for (var at = 0; bytes.AsSpan(at).IndexOf(magic) is >= 0 and var next; at += next + 1) found.Add(at + next);
        return found;
    }

    private static int? FindZipContent(byte[] bytes, int at)
    {
        var header = bytes.AsSpan(at);
        if (header.Length < ZipHeader || BinaryPrimitives.ReadUInt16LittleEndian(header[8..]) != 8) return null;
        var content = at + ZipHeader + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return content < bytes.Length ? content : null;
    }

    private static MemoryStream From(byte[] bytes, int at) => new(bytes, at, bytes.Length - at);

    private static byte[]? Read(Func<Stream> open)
    {
        var all = new MemoryStream();
        try
        {
            using var plain = open();
            var buffer = new byte[1 << 16];
            for (int read; all.Length < Most && (read = plain.Read(buffer)) > 0;) all.Write(buffer, 0, read);
        }
        catch (Exception e) when (e is InvalidDataException or ZstdException or EndOfStreamException)
        {
            // The end of what is packed, or of what is not.
        }
        return all.Length > 0 ? all.ToArray() : null;
    }
}
