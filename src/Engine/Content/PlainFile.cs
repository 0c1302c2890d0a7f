using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Content;

/// <summary>Opens files of a folder that somebody else filled.</summary>
internal static class PlainFile
{
    /// <summary>A file to read, or <c>null</c> when it is not there, is a link, or is none whose bytes stand still: opening a pipe would
    /// wait for ever.</summary>
    public static FileStream? Find(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.LinkTarget is not null) return null;
        try
        {
            var stream = new FileStream(Open(path), FileAccess.Read, 0);
            if (stream.CanSeek) return stream;
            stream.Dispose();
            return null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static SafeFileHandle Open(string path) => OperatingSystem.IsLinux()
        ? Posix.OpenWithoutWaiting(path)
        : File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
}
