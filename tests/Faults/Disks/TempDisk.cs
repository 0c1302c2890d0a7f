using System.Runtime.InteropServices;
using MsBuildKit.TestKit;

namespace MsBuildKit.Faults.Disks;

/// <summary>A small disk of the drill's own below a temporary folder. Unmounted and removed at the end, whatever happened to it.</summary>
internal sealed partial class TempDisk : IDisposable
{
    private const int Tries = 100, OpenDirectory = 0x10000, CloseOnExec = 0x80000;
    private const uint ShutDownWithoutFlushingTheJournal = 2;
    private const nuint ShutDown = 0x8004587d;

    private readonly TempFolder _folder;
    private readonly string[] _mount;
    private int _folders;

    private TempDisk(TempFolder folder, params string[] mount)
    {
        (_folder, _mount) = (folder, [.. mount, folder["mnt"]]);
        Directory.CreateDirectory(Path);
    }

    public string Path => _folder["mnt"];

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    /// <summary>A disk in memory.</summary>
    /// <param name="options">Such as <c>size=24m</c>.</param>
    public static Task<TempDisk> MemoryAsync(string options) => new TempDisk(new TempFolder("disk"), "-t", "tmpfs", "-o", options, "msbuildkit-faults").MountAsync();

    /// <summary>ext4 in a file.</summary>
    /// <param name="bytes">How large.</param>
    /// <param name="format">Further arguments of mkfs.ext4.</param>
    public static async Task<TempDisk> Ext4Async(long bytes, params IEnumerable<string> format)
    {
        var folder = new TempFolder("disk");
        var disk = new TempDisk(folder, "-o", "loop", folder["disk.img"]);
        await using (var stream = File.Create(folder["disk.img"])) stream.SetLength(bytes);
        var formatted = await Command.RunAsync("mkfs.ext4", ["-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", .. format, folder["disk.img"]]);
        if (formatted.ExitCode != 0) disk.Dispose();
        formatted.Succeeded();
        return await disk.MountAsync();
    }

    /// <summary>A fresh folder on it.</summary>
    public DiskFolder MakeFolder() => new(this[$"{Interlocked.Increment(ref _folders)}"]);

    /// <summary>What a power cut does: from now on nothing reaches the disk, and what was not made durable is lost.</summary>
    public void Cut()
    {
        // Not for children: one that another drill of this process starts just now would keep the disk busy.
        var directory = open(Path, OpenDirectory | CloseOnExec);
        var how = ShutDownWithoutFlushingTheJournal;
        var failed = directory < 0 || ioctl(directory, ShutDown, ref how) != 0;
        var error = Marshal.GetLastPInvokeErrorMessage();
        if (directory >= 0) _ = close(directory);
        if (failed) throw new IOException($"'{Path}' cannot be cut off: {error}");
    }

    /// <summary>Power again: the journal is replayed. As long as the old, dead file system is still in use the new mount shows that one, so a
    /// file is written to tell.</summary>
    public async Task RemountAsync()
    {
        for (var i = 0; i < Tries; i++)
        {
            await UnmountAsync();
            await MountAsync();
            if (CanWrite()) return;
            await Task.Delay(100);
        }
        throw new IOException($"'{Path}' did not come back.");
    }

    public void Dispose()
    {
        for (var i = 0; i < Tries && IsMounted; i++)
        {
            if (Unmount().GetAwaiter().GetResult().ExitCode == 0) continue;
            Thread.Sleep(100);
        }
        if (IsMounted) _ = Command.RunAsync("umount", ["--lazy", Path]).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    private bool IsMounted => File.ReadLines("/proc/self/mounts").Any(l => l.Split(' ')[1] == Path);

    private async Task<TempDisk> MountAsync()
    {
        var mounted = await Command.RunAsync("mount", _mount);
        if (mounted.ExitCode == 0) return this;
        Dispose();
        mounted.Succeeded();
        return this;
    }

    private async Task UnmountAsync()
    {
        for (var i = 0; i < Tries; i++)
        {
            if ((await Unmount()).ExitCode == 0) return;
            await Task.Delay(50);
        }
        (await Unmount()).Succeeded();
    }

    private Task<CommandResult> Unmount() => Command.RunAsync("umount", [Path]);

    private bool CanWrite()
    {
        try
        {
            using var probe = File.OpenHandle(this["probe"], FileMode.Create, FileAccess.Write);
            RandomAccess.Write(probe, "x"u8, 0);
            RandomAccess.FlushToDisk(probe);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(int descriptor, nuint request, ref uint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
