using System.Text;

namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>The worker's own binfmt_misc: whose programs run through which emulator, for all processes of its user namespace and no others.</summary>
/// <remarks>Linux lets a user namespace have one since 6.7. From then on the machine's own no longer counts there, and what is registered is gone when
/// it is unmounted. It is mounted where no step sees it.</remarks>
internal sealed class BinaryFormats
{
    private readonly string _folder;

    private BinaryFormats(string folder) => _folder = folder;

    /// <summary>Mounts it on an empty folder; <c>null</c> where the kernel does not let it.</summary>
    public static BinaryFormats? TryMount(string folder)
    {
        try
        {
            Mounts.Make("binfmt_misc", folder, "");
            return new BinaryFormats(folder);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Has programs of a processor run through an emulator; whether the kernel took it.</summary>
    public bool TryRegister(Processor processor, string emulator)
    {
        try
        {
            File.WriteAllText(Path.Combine(_folder, "register"), Line(processor, emulator));
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The line that registers (admin-guide/binfmt-misc). P: the emulator hears what a program is called; O and C: it is given the program
    /// opened, with the program's credentials; F: it is opened now, so no step needs it in its tree.</summary>
    internal static string Line(Processor processor, string emulator) => $":msbuildkit-{processor.Architecture}:M::{Escape(Header(processor))}:{Escape(Mask(processor))}:{emulator}:POCF";

    // Up to e_machine, and with any e_ident[EI_OSABI].
    private static byte[] Header(Processor processor) => [.. TinyProgram.Of(processor).Take(20)];

    // ET_EXEC and ET_DYN differ in one bit.
    private static byte[] Mask(Processor processor)
    {
        var mask = Enumerable.Repeat((byte)0xFF, 20).ToArray();
        mask[7] = 0;
        mask[processor.IsBigEndian ? 17 : 16] = 0xFE;
        return mask;
    }

    private static string Escape(byte[] bytes) => bytes.Aggregate(new StringBuilder(), (text, b) => text.Append("\\x").Append(Convert.ToHexStringLower([b]))).ToString();
}
