using System.Text;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>A layer that nobody has written yet, as a document: its entries, and of its files the digests of what is in them.</summary>
/// <remarks>The same entries give the same bytes, wherever the contents are. A content that has no digest stands in the document itself, so there must not be
/// much of those.</remarks>
internal static class TreeDescription
{
    /// <summary>What such a document is as a blob; no image has it.</summary>
    public const string MediaType = "application/vnd.msbuildkit.layer.description.v1";

    private const int Format = 1, DigestLength = 32;
    private const long MostWithin = 1 << 20;

    /// <summary>The document; <c>null</c> when too much would stand in it.</summary>
    public static byte[]? TryWrite(IEnumerable<TreeEntry> entries)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body, Encoding.UTF8);
        writer.Write(Format);
        var within = 0L;
        foreach (var entry in entries)
        {
            if (entry is { Size: > 0, Content: null } && (within += entry.Size) > MostWithin) return null;
            Write(writer, entry);
        }
        writer.Write((byte)0);
        writer.Flush();
        return body.ToArray();
    }

    /// <summary>The entries of a document. Throws <see cref="InvalidDataException"/> for what is no such document.</summary>
    /// <param name="document">All of it.</param>
    /// <param name="open">Opens a content when its entry is asked for it.</param>
    public static IReadOnlyList<TreeEntry> Read(byte[] document, Func<Digest, Stream> open)
    {
        try
        {
            using var reader = new BinaryReader(new MemoryStream(document, writable: false), Encoding.UTF8);
            if (reader.ReadInt32() != Format) throw new InvalidDataException("of an unknown format");
            var entries = new List<TreeEntry>();
            while (reader.ReadByte() is not 0 and var type) entries.Add(Read(reader, (TreeEntryType)(type - 1), open));
            return entries;
        }
        catch (Exception e) when (e is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new InvalidDataException("a broken description of a layer", e);
        }
    }

    /// <summary>The entries of a described layer; <c>null</c> when its document is not there, or is one that another version wrote.</summary>
    public static async Task<IReadOnlyList<TreeEntry>?> FindAsync(IContentStore store, Layer layer, Func<Digest, Stream> open, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(layer.Blob.Digest, cancellationToken).ConfigureAwait(false) is not { } blob) return null;
        var document = new byte[layer.Blob.Size];
        await using (blob.ConfigureAwait(false)) await blob.ReadExactlyAsync(document, cancellationToken).ConfigureAwait(false);
        try
        {
            return Digest.Of(document) == layer.Blob.Digest ? Read(document, open) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static void Write(BinaryWriter writer, TreeEntry entry)
    {
        writer.Write((byte)((int)entry.Type + 1));
        writer.Write(entry.Path);
        writer.Write7BitEncodedInt(entry.Mode);
        writer.Write7BitEncodedInt(entry.Uid);
        writer.Write7BitEncodedInt(entry.Gid);
        writer.Write(entry.ModifiedSeconds);
        writer.Write(entry.Link is not null);
        if (entry.Link is not null) writer.Write(entry.Link);
        writer.Write(entry.DeviceMajor);
        writer.Write(entry.DeviceMinor);
        writer.Write7BitEncodedInt(entry.Xattrs?.Count ?? 0);
        foreach (var (name, value) in entry.Xattrs?.OrderBy(x => x.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, byte[]>>())
        {
            writer.Write(name);
            writer.Write7BitEncodedInt(value.Length);
            writer.Write(value);
        }
        writer.Write7BitEncodedInt64(entry.Size);
        if (entry.Size > 0) WriteContent(writer, entry);
    }

    private static void WriteContent(BinaryWriter writer, TreeEntry entry)
    {
        writer.Write(entry.Content is not null);
        if (entry.Content is { } content)
        {
            Span<byte> hash = stackalloc byte[DigestLength];
            content.CopyTo(hash);
            writer.Write(hash);
            return;
        }
        var bytes = new byte[entry.Size];
        using (var stream = entry.Open!()) stream.ReadExactly(bytes);
        writer.Write(bytes);
    }

    private static TreeEntry Read(BinaryReader reader, TreeEntryType type, Func<Digest, Stream> open)
    {
        var entry = new TreeEntry
        {
            Type = type, Path = reader.ReadString(), Mode = reader.Read7BitEncodedInt(), Uid = reader.Read7BitEncodedInt(), Gid = reader.Read7BitEncodedInt(),
            ModifiedSeconds = reader.ReadInt64(), Link = reader.ReadBoolean() ? reader.ReadString() : null, DeviceMajor = reader.ReadUInt32(), DeviceMinor = reader.ReadUInt32(),
            Xattrs = ReadXattrs(reader), Size = reader.Read7BitEncodedInt64(),
        };
        if (entry.Size == 0) return entry;
        if (!reader.ReadBoolean())
        {
            var bytes = reader.ReadBytes(entry.Size <= MostWithin ? (int)entry.Size : throw new InvalidDataException("a description of a layer with too much in it"));
            return bytes.Length < entry.Size ? throw new EndOfStreamException() : entry with { Open = () => new MemoryStream(bytes, writable: false) };
        }
        Span<byte> hash = stackalloc byte[DigestLength];
        reader.BaseStream.ReadExactly(hash);
        var content = Digest.FromSha256(hash);
        return entry with { Content = content, Open = () => open(content) };
    }

    private static Dictionary<string, byte[]>? ReadXattrs(BinaryReader reader)
    {
        var count = reader.Read7BitEncodedInt();
        if (count == 0) return null;
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (; count > 0; count--)
        {
            var name = reader.ReadString();
            var length = reader.Read7BitEncodedInt();
            found[name] = length <= MostWithin ? reader.ReadBytes(length) : throw new InvalidDataException("an attribute that is too long");
        }
        return found;
    }
}
