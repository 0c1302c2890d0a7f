using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers;

/// <summary>The memory that compression and hashing take of the C library. Where that is not glibc, nothing happens.</summary>
public static partial class LibraryMemory
{
    private const int MapThreshold = -3, Threshold = 128 << 10;

    /// <summary>Large pieces go back to the system as soon as they are free (<c>mallopt</c>(3), <c>M_MMAP_THRESHOLD</c>).</summary>
    /// <remarks>The size is the one that glibc begins with. Left alone it grows to that of the largest piece that was ever freed, and the state of
    /// each compressor then stays with the thread that had it.</remarks>
    public static void Limit() => Try(() => mallopt(MapThreshold, Threshold));

    /// <summary>Gives back what is free, which the library keeps.</summary>
    public static void Trim() => Try(() => malloc_trim(0));

    private static void Try(Func<int> call)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = call();
        }
        catch (EntryPointNotFoundException)
        {
            // Not every C library has it.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint kept);
}
