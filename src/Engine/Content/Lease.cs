using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Engine.Content;

/// <summary>What a live process uses: <c>leases/PID-NUMBER</c> is a file of digests, and <c>PID-NUMBER.lock</c> beside it is locked as
/// long as the process lives.</summary>
/// <remarks>
/// The lock tells, not the number: processes of several containers may share a store and a process number. Leases are made, and
/// digests added, while the gate keeps collection out (<see cref="StoreGate"/>); see <see cref="StoreCollector"/> for why.
/// </remarks>
internal sealed class Lease : IDisposable
{
    public const string LockEnding = ".lock";

    private readonly HashSet<Digest> _held = [];
    private readonly string _root;
    private readonly SafeFileHandle _lock;
    private readonly FileStream _file;

    public Lease(string root)
    {
        _root = root;
        using var gate = StoreGate.Pass(root);
        for (var number = 0; ; number++)
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}-{number}");
            var path = Path.Combine(root, "leases", Name);
            if (TryLock(path + LockEnding) is not { } held) continue;
            (_lock, _file) = (held, Open(path, held));
            Began = File.GetLastWriteTimeUtc(path);
            return;
        }
    }

    /// <summary>The lease's file; the ingests of its holder are named after it.</summary>
    public string Name { get; }

    /// <summary>When the lease was made, by the clock of the file system that holds the store.</summary>
    public DateTime Began { get; }

    /// <summary>Holds a digest; false when it was held before.</summary>
    public bool Add(Digest digest)
    {
        lock (_held)
        {
            if (_held.Contains(digest)) return false;
            using var gate = StoreGate.Pass(_root);
            // The line feed before it ends what a full disk may have cut off.
            _file.Write(Encoding.ASCII.GetBytes($"\n{digest}\n"));
            return _held.Add(digest);
        }
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    // DeleteOnClose: an orderly end leaves nothing for collection to find.
    private static FileStream Open(string path, SafeFileHandle held)
    {
        try
        {
            return new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 0, FileOptions.DeleteOnClose);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    private static SafeFileHandle? TryLock(string path)
    {
        try
        {
            return FileLock.TryTake(path, FileMode.CreateNew, FileOptions.DeleteOnClose);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
