using System.Runtime.InteropServices;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>How the terminal that is this process's input behaves, to be as before when somebody else changed it. Disposing it does that.</summary>
internal sealed partial class TerminalMode : IDisposable
{
    // struct termios has 60 bytes with glibc and with musl.
    private readonly byte[] _saved = new byte[128];
    private readonly bool _isTerminal;

    public TerminalMode() => _isTerminal = tcgetattr(0, _saved) == 0;

    public void Dispose()
    {
        if (_isTerminal) _ = tcsetattr(0, 0, _saved);
    }

    [LibraryImport("libc")]
    private static partial int tcgetattr(int descriptor, [Out] byte[] mode);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int descriptor, int when, byte[] mode);
}
