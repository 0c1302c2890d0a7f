using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Snapshots.Linux;

/// <summary>A folder for something on its way in or out: <c>staging/NUMBER</c>, and <c>NUMBER.lock</c> beside it, locked as long as its process
/// lives.</summary>
/// <remarks>The lock tells who lives, not a process number, of which each namespace has its own.</remarks>
internal sealed class Staging : IDisposable
{
    private const string LockEnding = ".lock";

    private readonly string _folder;
    private readonly string _name;
    private readonly SafeFileHandle _lock;
    private bool _isDisposed;

    private Staging(string folder, string name, SafeFileHandle held) => (_folder, _name, _lock) = (folder, name, held);

    /// <summary>The folder, which is empty at first.</summary>
    public string Path => System.IO.Path.Combine(_folder, _name);

    /// <summary>Makes one in <paramref name="folder"/>.</summary>
    public static Staging Create(string folder)
    {
        for (var number = 0; ; number++)
        {
            var name = number.ToString(CultureInfo.InvariantCulture);
            var path = System.IO.Path.Combine(folder, name);
            if (File.Exists(path + LockEnding) || NamedLock.TryTake(path + LockEnding, FileMode.CreateNew) is not { } held) continue;
            var staging = new Staging(folder, name, held);
            try
            {
                PrivateFolder.Create(path);
                return staging;
            }
            catch
            {
                staging.Dispose();
                throw;
            }
        }
    }

    /// <summary>Removes what dead processes left.</summary>
    public static void Sweep(string folder)
    {
        var names = Directory.EnumerateFileSystemEntries(folder).Select(e => System.IO.Path.GetFileName(e))
            .Select(n => n.EndsWith(LockEnding, StringComparison.Ordinal) ? n[..^LockEnding.Length] : n).ToHashSet(StringComparer.Ordinal);
        foreach (var name in names)
            if (NamedLock.TryTake(System.IO.Path.Combine(folder, name + LockEnding), FileMode.OpenOrCreate) is { } held) new Staging(folder, name, held).Dispose();
    }

    /// <summary>Removes the folder with all that is in it.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            using (var tree = RootedTree.Open(_folder)) tree.RemoveTree(_name);
            File.Delete(Path + LockEnding);
        }
        catch (Exception e) when (e is SnapshotException or IOException or UnauthorizedAccessException)
        {
            // Something is still mounted or the disk fails: the next sweep tries again.
        }
        finally
        {
            _lock.Dispose();
        }
    }
}
