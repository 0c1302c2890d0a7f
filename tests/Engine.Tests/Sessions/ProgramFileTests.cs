using System.Buffers.Binary;
using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Engine.Tests.Sessions;

public sealed class ProgramFileTests
{
    private const int Interpreter = 3, Load = 1;

    [Theory]
    [InlineData("#!/bin/sh\n", true)]
    [InlineData("#!", true)]
    [InlineData("#", false)]
    [InlineData("", false)]
    [InlineData(" #!/bin/sh", false)]
    [InlineData("MZ", false)]
    [InlineData("{}", false)]
    public void IsProgram_Text_OnlyScriptsAre(string text, bool expected) =>
        Assert.Equal(expected, ProgramFile.IsProgram(System.Text.Encoding.ASCII.GetBytes(text)));

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void IsProgram_Elf_OfAnyWidthAndByteOrder_IsWhatNamesItsInterpreter(bool wide, bool big)
    {
        Assert.True(ProgramFile.IsProgram(Elf(wide, big, type: 3, Load, Interpreter)));
        Assert.False(ProgramFile.IsProgram(Elf(wide, big, type: 3, Load, Load)));
        Assert.True(ProgramFile.IsProgram(Elf(wide, big, type: 2, Load)));
    }

    [Fact]
    public void IsProgram_CutOrLyingElf_IsNoProgramAndNoFault()
    {
        var elf = Elf(wide: true, big: false, type: 3, Load, Interpreter);
        for (var length = 0; length < elf.Length - 56; length++) Assert.False(ProgramFile.IsProgram(elf.AsSpan(0, length)));
        foreach (var table in new ulong[] { ulong.MaxValue, ulong.MaxValue - 15, long.MaxValue, int.MaxValue, 1UL << 31, 10_000 })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(elf.AsSpan(32), table);
            Assert.False(ProgramFile.IsProgram(elf));
        }
    }

    [Fact]
    public void IsProgram_RandomElves_NeverFault()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            "\u007fELF"u8[..Math.Min(4, bytes.Length)].CopyTo(bytes);
            ProgramFile.IsProgram(bytes);
        }
    }

    private static byte[] Elf(bool wide, bool big, ushort type, params int[] segments)
    {
        var (header, entry) = wide ? (64, 56) : (52, 32);
        var elf = new byte[header + segments.Length * entry];
        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5]) = ((byte)(wide ? 2 : 1), (byte)(big ? 2 : 1));
        Put(16, 2, type);
        if (wide) Put(32, 8, header);
        else Put(28, 4, header);
        Put(wide ? 54 : 42, 2, entry);
        Put(wide ? 56 : 44, 2, segments.Length);
        for (var i = 0; i < segments.Length; i++) Put(header + i * entry, 4, segments[i]);
        return elf;

        void Put(int at, int width, long value)
        {
            for (var i = 0; i < width; i++) elf[at + (big ? width - 1 - i : i)] = (byte)(value >> (8 * i));
        }
    }
}
