using System.Buffers.Binary;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tasks;

namespace MsBuildKit.Faults.Fuzz.Targets;

/// <summary>The first bytes of programs.</summary>
internal sealed class ProgramTarget : FuzzTarget
{
    public override IReadOnlyList<string> Words => ["\u007fELF", "MZ", "PE\0\0", "#!"];

    public override IEnumerable<(string Name, byte[] Bytes)> MakeSeeds()
    {
        yield return ("elf64", Elf(wide: true));
        yield return ("elf32", Elf(wide: false));
        yield return ("pe", Pe());
        yield return ("script", Bytes("#!/bin/sh\nexit 0\n"));
    }

    public override string Run(byte[] input) => $"{ProgramFile.IsProgram(input)} {ProgramHeader.PlatformOf(input)}";

    private static byte[] Elf(bool wide)
    {
        var elf = new byte[wide ? 64 + 56 : 52 + 32];
        "\u007fELF"u8.CopyTo(elf);
        (elf[4], elf[5], elf[6]) = ((byte)(wide ? 2 : 1), 1, 1);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(16), 3);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(18), (ushort)(wide ? 62 : 3));
        var (table, size, count, end) = wide ? (32, 54, 56, 64) : (28, 42, 44, 52);
        elf[table] = (byte)end;
        elf[size] = (byte)(wide ? 56 : 32);
        elf[count] = 1;
        elf[end] = 3;
        return elf;
    }

    private static byte[] Pe()
    {
        var pe = new byte[160];
        "MZ"u8.CopyTo(pe);
        pe[60] = 128;
        "PE\0\0"u8.CopyTo(pe.AsSpan(128));
        BinaryPrimitives.WriteUInt16LittleEndian(pe.AsSpan(132), 0x8664);
        return pe;
    }
}
