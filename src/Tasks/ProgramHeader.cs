using System.Buffers.Binary;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Tasks;

/// <summary>Tells from a program's first bytes what it was made for.</summary>
internal static class ProgramHeader
{
    private const byte BigEndian = 2;

    /// <summary>The platform of an ELF or PE program, or <c>null</c> for anything else.</summary>
    public static Platform? ReadPlatform(string path)
    {
        Span<byte> head = stackalloc byte[1024];
        using var file = File.OpenHandle(path);
        return PlatformOf(head[..RandomAccess.Read(file, head, 0)]);
    }

    internal static Platform? PlatformOf(ReadOnlySpan<byte> head)
    {
        if (head.Length > 20 && head.StartsWith("\u007fELF"u8))
            return Machine("linux", (head[5] == BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(head[18..]) : BinaryPrimitives.ReadUInt16LittleEndian(head[18..])) switch
            {
                62 => "amd64", 183 => "arm64", 40 => "arm", 3 => "386", 243 => "riscv64", 21 => "ppc64le", 22 => "s390x", 258 => "loong64", _ => null,
            });
        if (head.Length > 64 && head.StartsWith("MZ"u8) && BinaryPrimitives.ReadInt32LittleEndian(head[60..]) is > 0 and var pe && pe <= head.Length - 6)
            return Machine("windows", BinaryPrimitives.ReadUInt16LittleEndian(head[(pe + 4)..]) switch { 0x8664 => "amd64", 0xAA64 => "arm64", 0x14c => "386", _ => null });
        return null;
    }

    private static Platform? Machine(string os, string? architecture) => architecture is null ? null : new Platform { Os = os, Architecture = architecture };
}
