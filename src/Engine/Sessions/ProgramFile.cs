using System.Buffers.Binary;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Tells programs from other files by how they begin: scripts by <c>#!</c>, ELF files (gabi, chapter 4) by what they ask of the
/// system.</summary>
public static class ProgramFile
{
    private const byte Elf64 = 2, BigEndian = 2;
    private const ushort Executable = 2;
    private const uint InterpreterHeader = 3;

    // Offsets of the two classes: program header table, size of one of its entries, number of them; and where the header ends.
    private static readonly (int Table, int EntrySize, int Count, int End) s_class32 = (28, 42, 44, 52), s_class64 = (32, 54, 56, 64);

    /// <summary>True for a script and for an ELF file that is executed: a static one, or one that names its interpreter. Libraries do
    /// neither.</summary>
    public static bool IsProgram(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("#!"u8)) return true;
        if (head.Length < 6 || !head.StartsWith("\u007fELF"u8)) return false;
        var (wide, big) = (head[4] == Elf64, head[5] == BigEndian);
        var layout = wide ? s_class64 : s_class32;
        if (head.Length < layout.End) return false;
        return Read16(head[16..], big) == Executable || HasInterpreter(head, layout, wide, big);
    }

    private static bool HasInterpreter(ReadOnlySpan<byte> head, (int Table, int EntrySize, int Count, int End) layout, bool wide, bool big)
    {
        var table = wide ? Read64(head[layout.Table..], big) : Read32(head[layout.Table..], big);
        var (size, count) = (Read16(head[layout.EntrySize..], big), Read16(head[layout.Count..], big));
        if (size < sizeof(uint) || table > (ulong)head.Length) return false;
        var entries = head[(int)table..];
        for (var i = 0; i < count && (i + 1) * size <= entries.Length; i++)
            if (Read32(entries[(i * size)..], big) == InterpreterHeader)
                return true;
        return false;
    }

    private static ushort Read16(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint Read32(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private static ulong Read64(ReadOnlySpan<byte> bytes, bool big) => big ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);
}
