using System.Buffers.Binary;

namespace MsBuildKit.Engine.Workers.Rootless.Platforms;

/// <summary>QEMU's user-mode emulators on the machine.</summary>
internal static class EmulatorProgram
{
    private const int Interpreter = 3;

    /// <summary>The path of one that needs no libraries, for in a step's tree there are none for it; <c>null</c> when there is none.</summary>
    public static string? Find(string searchPath, Processor processor) =>
        Names(processor).SelectMany(n => searchPath.Split(':').Where(Path.IsPathFullyQualified).Select(f => Path.Combine(f, n))).FirstOrDefault(p => File.Exists(p) && IsStatic(p));

    /// <summary>What they are called.</summary>
    public static IReadOnlyList<string> Names(Processor processor) => [$"qemu-{processor.EmulatorName}-static", $"qemu-{processor.EmulatorName}"];

    /// <summary>Whether a file is a program of 64 bits that starts without another one (no PT_INTERP).</summary>
    internal static bool IsStatic(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var header = new byte[64];
            file.ReadExactly(header);
            if (!header.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1])) return false;
            file.Position = (long)BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(32));
            var (size, count) = (BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(54)), BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(56)));
            for (var entry = new byte[Math.Max(size, (ushort)4)]; count > 0; count--)
            {
                file.ReadExactly(entry);
                if (BinaryPrimitives.ReadUInt32LittleEndian(entry) == Interpreter) return false;
            }
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }
}
