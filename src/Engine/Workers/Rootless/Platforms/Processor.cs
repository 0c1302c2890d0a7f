using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>A kind of processor whose programs an emulator can run, as it shows in the header of an ELF file.</summary>
/// <param name="Architecture">As images name it (Go's names).</param>
/// <param name="EmulatorName">QEMU's name for it.</param>
/// <param name="Bits">32 or 64.</param>
/// <param name="IsBigEndian">The order of bytes.</param>
/// <param name="Machine"><c>e_machine</c>.</param>
/// <param name="Flags"><c>e_flags</c> of programs without a library.</param>
/// <param name="CountArguments">Code that ends its process with the number of its arguments, its own name included.</param>
internal sealed record Processor(string Architecture, string EmulatorName, int Bits, bool IsBigEndian, ushort Machine, uint Flags, byte[] CountArguments)
{
    /// <summary>Load the first word of the stack, which is the number, as the argument of exit_group, and call it.</summary>
    public static readonly IReadOnlyList<Processor> All =
    [
        new("amd64", "x86_64", 64, false, 62, 0, Convert.FromHexString("488B3C24B8E70000000F05")),
        new("386", "i386", 32, false, 3, 0, Convert.FromHexString("8B1C24B8FC000000CD80")),
        new("arm64", "aarch64", 64, false, 183, 0, Words(0xF94003E0, 0xD2800BC8, 0xD4000001)),
        new("arm", "arm", 32, false, 40, 0x0500_0400, Words(0xE59D0000, 0xE3A070F8, 0xEF000000)),
        new("riscv64", "riscv64", 64, false, 243, 5, Words(0x00013503, 0x05E00893, 0x00000073)),
        new("ppc64le", "ppc64le", 64, false, 21, 2, Words(0xE8610000, 0x380000EA, 0x44000002)),
        new("s390x", "s390x", 64, true, 22, 0, Convert.FromHexString("E320F00000040AF8")),
        new("mips64le", "mips64el", 64, false, 8, 0x8000_0000, Words(0xDFA40000, 0x24021455, 0x0000000C)),
        new("loong64", "loongarch64", 64, false, 258, 0x43, Words(0x28C00064, 0x0381780B, 0x002B0000)),
    ];

    /// <summary>What this machine's own are called.</summary>
    public static string Native => Platform.Native.Architecture;

    /// <summary>All that need an emulator here. Those of 32 bits do too, because the filter of steps ends calls of 32 bits.</summary>
    public static IEnumerable<Processor> Foreign => All.Where(p => p.Architecture != Native);

    /// <summary>The one that images name so, or <c>null</c>.</summary>
    public static Processor? Find(string architecture) => All.FirstOrDefault(p => p.Architecture == architecture);

    private static byte[] Words(params uint[] words) => [.. words.SelectMany(BitConverter.GetBytes)];
}
