using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>A terminal whose screen and keys are streams. A runtime is started on it, and joins it to the terminal that it makes in the container,
/// so what passes is left as it is.</summary>
internal sealed partial class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2, NotControlling = 0x100, DuplicateClosedOnExec = 1030;
    private const nuint SetSize = 0x5414, GetNumber = 0x80045430, SetLock = 0x40045431;

    private readonly SafeFileHandle _master;
    private SafeFileHandle? _slave;

    /// <summary>Makes one. Throws <see cref="IOException"/> where the machine gives none.</summary>
    public PseudoTerminal(TerminalSize size)
    {
        _master = Opened("/dev/ptmx");
        var number = new int[1];
        if (ioctl(_master, SetLock, number) != 0 || ioctl(_master, GetNumber, number) != 0) throw Kernel.Error("a terminal");
        Path = "/dev/pts/" + number[0].ToString(CultureInfo.InvariantCulture);
        // As long as it is held, the terminal does not end before its program has begun.
        _slave = Opened(Path);
        // struct termios has 60 bytes with glibc and with musl.
        var mode = new byte[128];
        if (tcgetattr(_slave, mode) != 0) throw Kernel.Error("a terminal");
        cfmakeraw(mode);
        if (tcsetattr(_slave, 0, mode) != 0) throw Kernel.Error("a terminal");
        if (size.Rows > 0) Resize(size);
    }

    /// <summary>Where programs open it.</summary>
    public string Path { get; }

    /// <summary>What is shown on it.</summary>
    public DescriptorStream OpenScreen() => new(Duplicate());

    /// <summary>What is typed.</summary>
    public DescriptorStream OpenKeys() => new(Duplicate());

    public void Resize(TerminalSize size) => Resize(_master, size);

    /// <summary>Gives any terminal another size.</summary>
    public static void Resize(SafeFileHandle terminal, TerminalSize size) => _ = ioctl(terminal, SetSize, (ushort[])[(ushort)size.Rows, (ushort)size.Columns, 0, 0]);

    /// <summary>Its program has ended: so does what is shown.</summary>
    public void Release()
    {
        _slave?.Dispose();
        _slave = null;
    }

    public void Dispose()
    {
        Release();
        _master.Dispose();
    }

    private SafeFileHandle Duplicate()
    {
        var descriptor = fcntl(_master, DuplicateClosedOnExec, 0);
        return descriptor < 0 ? throw Kernel.Error("a terminal") : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static SafeFileHandle Opened(string path)
    {
        var descriptor = Kernel.OpenIn(Kernel.CurrentDirectory, path, ReadWrite | NotControlling, 0);
        return descriptor < 0 ? throw Kernel.Error(path) : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle descriptor, nuint request, [In, Out] int[] number);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(SafeFileHandle descriptor, nuint request, ushort[] size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeFileHandle descriptor, int command, nint least);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(SafeFileHandle descriptor, [Out] byte[] mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(SafeFileHandle descriptor, int when, byte[] mode);

    [LibraryImport("libc")]
    private static partial void cfmakeraw([In, Out] byte[] mode);
}
