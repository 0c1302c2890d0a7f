using System.Text;

namespace MsBuildKit.Tool.Wire;

/// <summary>Fields of a header block (RFC 7541, 6).</summary>
internal static class HeaderFields
{
    private const string Between = ", ";

    /// <summary>The block with a field for each value of those headers; others as they are.</summary>
    /// <param name="block">As .NET's encoder writes it.</param>
    /// <param name="names">Of the headers, lower-case.</param>
    public static byte[] Repeat(ReadOnlySpan<byte> block, IReadOnlySet<string> names)
    {
        var output = new MemoryStream(block.Length + 64);
        while (block.Length > 0)
        {
            var rest = block;
            var field = Skip(ref rest, out var name, out var value);
            if (name is not null && value is not null && names.Contains(name))
                foreach (var one in value.Split(Between))
                    Write(output, name, one);
            else output.Write(field);
            block = rest;
        }
        return output.ToArray();
    }

    // The text of a literal that names itself; of another representation only its bytes count.
    private static ReadOnlySpan<byte> Skip(ref ReadOnlySpan<byte> rest, out string? name, out string? value)
    {
        var all = rest;
        var first = rest[0];
        (name, value) = (null, null);
        if ((first & 0x80) != 0) ReadNumber(ref rest, 7);
        else if ((first & 0xE0) == 0x20) ReadNumber(ref rest, 5);
        else
        {
            var index = ReadNumber(ref rest, (first & 0x40) != 0 ? 6 : 4);
            if (index == 0) name = ReadText(ref rest);
            value = ReadText(ref rest);
        }
        return all[..(all.Length - rest.Length)];
    }

    private static int ReadNumber(ref ReadOnlySpan<byte> rest, int bits)
    {
        var most = (1 << bits) - 1;
        var number = rest[0] & most;
        rest = rest[1..];
        if (number < most) return number;
        for (var shift = 0; ; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            number += (next & 0x7F) << shift;
            if ((next & 0x80) == 0) return number;
        }
    }

    // None of what is Huffman-coded, which .NET does not write.
    private static string? ReadText(ref ReadOnlySpan<byte> rest)
    {
        var isCoded = (rest[0] & 0x80) != 0;
        var length = ReadNumber(ref rest, 7);
        var text = isCoded ? null : Encoding.Latin1.GetString(rest[..length]);
        rest = rest[length..];
        return text;
    }

    private static void Write(MemoryStream output, string name, string value)
    {
        output.WriteByte(0);
        WriteText(output, name);
        WriteText(output, value);
    }

    private static void WriteText(MemoryStream output, string text)
    {
        var length = text.Length;
        if (length < 0x7F) output.WriteByte((byte)length);
        else
        {
            output.WriteByte(0x7F);
            for (length -= 0x7F; length >= 0x80; length >>= 7) output.WriteByte((byte)(length & 0x7F | 0x80));
            output.WriteByte((byte)length);
        }
        output.Write(Encoding.Latin1.GetBytes(text));
    }
}
