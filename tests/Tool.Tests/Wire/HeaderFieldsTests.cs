using System.Text;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Tests.Wire;

public sealed class HeaderFieldsTests
{
    private static readonly HashSet<string> s_names = ["many"];

    // A static index, a size update, an indexed name, a name that is coded by Huffman, and a literal that is never indexed.
    private static readonly byte[] s_others = [0x83, 0x3E, 0x04, 0x01, .. "/"u8, 0x00, 0x82, 0xAA, 0xAA, 0x01, .. "v"u8, 0x10, 0x01, .. "n"u8, 0x01, .. "v"u8];

    [Fact]
    public void Repeat_AHeaderOfSeveralValues_IsAFieldForEach()
    {
        byte[] block = [.. s_others, .. Literal("many", "a, b, c"), .. s_others];
        byte[] expected = [.. s_others, .. Literal("many", "a"), .. Literal("many", "b"), .. Literal("many", "c"), .. s_others];
        Assert.Equal(expected, HeaderFields.Repeat(block, s_names));
    }

    [Fact]
    public void Repeat_OtherHeaders_StayAsTheyAre()
    {
        byte[] block = [.. Literal("other", "a, b"), .. Literal("many", "one")];
        Assert.Equal(block, HeaderFields.Repeat(block, s_names));
    }

    [Fact]
    public void Repeat_LongValues_KeepTheirLengths()
    {
        var values = Enumerable.Range(1, 4).Select(i => new string('x', i * 100)).ToList();
        Assert.Equal([.. values.SelectMany(v => Literal("many", v))], HeaderFields.Repeat(Literal("many", string.Join(", ", values)), s_names));
    }

    private static byte[] Literal(string name, string value) => [0, .. Text(name), .. Text(value)];

    private static byte[] Text(string text)
    {
        var rest = text.Length - 0x7F;
        byte[] length = rest < 0 ? [(byte)text.Length] : rest < 0x80 ? [0x7F, (byte)rest] : [0x7F, (byte)(rest & 0x7F | 0x80), (byte)(rest >> 7)];
        return [.. length, .. Encoding.ASCII.GetBytes(text)];
    }
}
