using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Faults.Steps;

/// <summary>Hears, by inotify(7), of whatever is done in a tree by any process and in any namespace: opening and reading too.</summary>
internal sealed partial class TreeWatch : IDisposable
{
    // All but IN_IGNORED and what comes with it.
    private const uint Everything = 0xfff;
    private const int NonBlocking = 0x800, CloseOnExec = 0x80000, HeaderSize = 16;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<int, string> _folders = [];

    public TreeWatch(string root)
    {
        var descriptor = inotify_init1(NonBlocking | CloseOnExec);
        if (descriptor < 0) throw new IOException("inotify: " + Marshal.GetLastPInvokeErrorMessage());
        _handle = new SafeFileHandle(descriptor, ownsHandle: true);
        foreach (var folder in Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories).Prepend(root).ToList())
        {
            var watch = inotify_add_watch(_handle, folder, Everything);
            if (watch < 0) throw new IOException($"'{folder}' cannot be watched: {Marshal.GetLastPInvokeErrorMessage()}");
            _folders[watch] = folder;
        }
        // To list them was heard too.
        _ = Read();
    }

    /// <summary>What was heard since it was last asked.</summary>
    public IReadOnlyList<string> Read()
    {
        var heard = new List<string>();
        var buffer = new byte[1 << 16];
        for (nint length; (length = read(_handle, buffer, buffer.Length)) > 0;)
            for (var i = 0; i + HeaderSize <= length; i += HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(i + 12)))
            {
                var (watch, mask, size) = (BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(i)), BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(i + 4)), BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(i + 12)));
                heard.Add($"{_folders.GetValueOrDefault(watch, "the queue")}/{Encoding.UTF8.GetString(buffer, i + HeaderSize, size).TrimEnd('\0')}: {mask:x}");
            }
        return heard;
    }

    public void Dispose() => _handle.Dispose();

    [LibraryImport("libc", SetLastError = true)]
    private static partial int inotify_init1(int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int inotify_add_watch(SafeFileHandle handle, string path, uint mask);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle handle, byte[] buffer, nint count);
}
