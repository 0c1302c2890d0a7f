using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Content;

/// <summary>Locks on files that die with the process that holds them.</summary>
/// <remarks>
/// .NET makes them of <see cref="FileShare"/>: <see cref="FileShare.None"/> is an exclusive <c>flock</c>, all else a shared one, and neither
/// waits. An exclusive lock is used for whatever must be seen by others, for on network file systems a writer gets no shared one.
/// </remarks>
public static class FileLock
{
    /// <summary>Opens a file for nobody else; <c>null</c> when somebody has it open.</summary>
    public static SafeFileHandle? TryTake(string path, FileMode mode, FileOptions options = FileOptions.None) =>
        TryOpen(path, mode, FileAccess.ReadWrite, FileShare.None, options);

    /// <summary>Opens a file together with others who share it; <c>null</c> when somebody has it for himself.</summary>
    public static SafeFileHandle? TryShare(string path, FileMode mode) => TryOpen(path, mode, FileAccess.Read, FileShare.Read, FileOptions.None);

    private static SafeFileHandle? TryOpen(string path, FileMode mode, FileAccess access, FileShare share, FileOptions options)
    {
        try
        {
            return File.OpenHandle(path, mode, access, share, options);
        }
        catch (IOException e) when (IsHeld(e))
        {
            return null;
        }
    }

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows; EEXIST and ERROR_FILE_EXISTS, when a new file was asked for: its owner
    // may have taken it away again by now.
    private static bool IsHeld(IOException e) => e.HResult is 11 or 35 or 17 or unchecked((int)0x8007_0020) or unchecked((int)0x8007_0050);
}
