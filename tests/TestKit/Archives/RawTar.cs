using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MsBuildKit.TestKit.Archives;

/// <summary>A tar written block by block, so that it can say what no sane writer would.</summary>
public sealed class RawTar
{
    public const int BlockSize = 512;

    private readonly MemoryStream _bytes = new();

    /// <summary>The tar with its end.</summary>
    public byte[] ToArray() => [.. _bytes.ToArray(), .. new byte[2 * BlockSize]];

    public RawTar File(string name, string text) => Add('0', name, content: Encoding.UTF8.GetBytes(text));

    public RawTar Folder(string name) => Add('5', name);

    public RawTar Link(string name, string target) => Add('2', name, target);

    public RawTar HardLink(string name, string target) => Add('1', name, target);

    public RawTar Add(char type, string name, string link = "", byte[]? content = null, long? size = null, int mode = 0b110_100_100)
    {
        // What does not fit into its field goes before, as GNU's tar does it.
        if (Encoding.UTF8.GetByteCount(name) > 100) Add('L', "long", content: Encoding.UTF8.GetBytes(name + "\0"));
        if (Encoding.UTF8.GetByteCount(link) > 100) Add('K', "long", content: Encoding.UTF8.GetBytes(link + "\0"));
        _bytes.Write(Header(type, name, link, size ?? content?.Length ?? 0, mode));
        if (content is not null) Content(content);
        return this;
    }

    /// <summary>Records that hold for the next entry.</summary>
    public RawTar Pax(params (string Key, string Value)[] records)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in records)
        {
            var rest = Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value) + 3;
            var length = rest + 1;
            while (rest + length.ToString(CultureInfo.InvariantCulture).Length != length) length = rest + length.ToString(CultureInfo.InvariantCulture).Length;
            text.Append(CultureInfo.InvariantCulture, $"{length} {key}={value}\n");
        }
        return Add('x', "pax", content: Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Bytes as content, filled up to a whole block.</summary>
    public RawTar Content(byte[] content)
    {
        _bytes.Write(content);
        _bytes.Write(new byte[-content.Length & (BlockSize - 1)]);
        return this;
    }

    /// <summary>One header with a checksum that is right.</summary>
    public static byte[] Header(char type, string name, string link = "", long size = 0, int mode = 0b110_100_100)
    {
        var block = new byte[BlockSize];
        Text(block, 0, 100, name);
        Text(block, 100, 8, Convert.ToString(mode, 8).PadLeft(7, '0'));
        Text(block, 108, 8, "0000000");
        Text(block, 116, 8, "0000000");
        if (size is >= 0 and <= 0x1_FFFF_FFFF) Text(block, 124, 12, Convert.ToString(size, 8).PadLeft(11, '0'));
        else
        {
            block[124] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(block.AsSpan(128), size);
        }
        Text(block, 136, 12, "00000000000");
        block[156] = (byte)type;
        Text(block, 157, 100, link);
        (type is 'L' or 'K' or 'S' ? "ustar  \0"u8 : "ustar\00000"u8[..8]).CopyTo(block.AsSpan(257));
        Sum(block);
        return block;
    }

    /// <summary>Makes a header's checksum right.</summary>
    public static void Sum(Span<byte> block)
    {
        block.Slice(148, 8).Fill((byte)' ');
        var sum = 0;
        foreach (var b in block) sum += b;
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0", block[148..]);
    }

    private static void Text(byte[] block, int offset, int width, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        bytes.AsSpan(0, Math.Min(width, bytes.Length)).CopyTo(block.AsSpan(offset));
    }
}
