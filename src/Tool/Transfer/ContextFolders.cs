using Microsoft.Win32.SafeHandles;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Transfer;

/// <summary>The trees that clients sent, each with a folder of its own. One process at a time has them.</summary>
internal sealed class ContextFolders : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ContextFolder> _folders = new(StringComparer.Ordinal);
    private readonly string _root;
    private readonly TimeProvider _time;
    private readonly SafeFileHandle _lock;

    /// <summary>Takes the folder. Throws MBK2545, and MBK2547 when another process has it.</summary>
    /// <param name="root">Absolute; made when it is not there, for this user alone.</param>
    /// <param name="time">The clock.</param>
    public ContextFolders(string root, TimeProvider time)
    {
        (_root, _time) = (root, time);
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(root);
            else Directory.CreateDirectory(root, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            _lock = FileLock.TryTake(Path.Combine(root, ".lock"), FileMode.OpenOrCreate) ?? throw new TransferException(TransferException.InUse, ErrorKind.FailedPrecondition,
                $"Another process receives files in '{root}'. Stop it, or give this one another folder.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(root, e);
        }
    }

    /// <summary>Receives a tree: of what was received before, only what changed. Several may be received at once, the same one too. Throws what a
    /// <see cref="TransferException"/> can be; nothing is then kept of what was said.</summary>
    /// <param name="id">Whose it is.</param>
    /// <param name="channel">The call that it comes over.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Ends it within two seconds.</param>
    public async Task<ReceivedContext> ReceiveAsync(ContextId id, IPacketChannel channel, ContextOptions options, CancellationToken cancellationToken)
    {
        var folder = Enter(id);
        try
        {
            // Before the other side is asked for anything: what changes from now on may be missed.
            var began = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            var known = await folder.ReadAsync(cancellationToken).ConfigureAwait(false);
            var transfer = new ContextTransfer(id.Name, folder, known, began, folder.IsShared(began), options, cancellationToken);
            await using (transfer.ConfigureAwait(false))
                await TreeReceiver.ReceiveAsync(channel, transfer, options.Limits, cancellationToken).ConfigureAwait(false);
            return transfer.Received;
        }
        finally
        {
            folder.Leave();
        }
    }

    /// <summary>What is there.</summary>
    public IReadOnlyList<ContextUsage> List()
    {
        lock (_gate) return [.. Directory.EnumerateDirectories(_root).Where(d => File.Exists(NameOf(d))).Select(Look).OrderBy(u => u.Id, StringComparer.Ordinal)];
    }

    /// <summary>Removes a tree; false when it is in use or not there.</summary>
    public bool TryRemove(string id)
    {
        lock (_gate)
        {
            var path = Path.Combine(_root, Path.GetFileName(id));
            if (!Directory.Exists(path) || !File.Exists(NameOf(path)) || (_folders.TryGetValue(id, out var folder) && !folder.TryClose())) return false;
            _folders.Remove(id);
            Directory.Delete(path, recursive: true);
            return true;
        }
    }

    /// <summary>Waits until what was received is written down, and what nobody needs is gone.</summary>
    public Task TidyAsync()
    {
        lock (_gate) return Task.WhenAll(_folders.Values.Select(f => f.TidyAsync()));
    }

    public void Dispose()
    {
        TidyAsync().GetAwaiter().GetResult();
        _lock.Dispose();
    }

    private ContextFolder Enter(ContextId id)
    {
        lock (_gate)
        {
            var path = Path.Combine(_root, id.FolderName);
            if (!_folders.TryGetValue(id.FolderName, out var folder)) _folders.Add(id.FolderName, folder = new ContextFolder(path));
            Touch(path, id.Name);
            folder.Enter();
            return folder;
        }
    }

    private void Touch(string path, string name)
    {
        try
        {
            Directory.CreateDirectory(path);
            if (!File.Exists(NameOf(path))) File.WriteAllText(NameOf(path), name);
            File.SetLastWriteTimeUtc(NameOf(path), _time.GetUtcNow().UtcDateTime);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw TransferException.Unkept(path, e);
        }
    }

    private ContextUsage Look(string path)
    {
        var id = Path.GetFileName(path);
        var bytes = new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Exists ? f.Length : 0);
        return new ContextUsage(id, File.ReadAllText(NameOf(path)), bytes, File.GetLastWriteTimeUtc(NameOf(path)), _folders.TryGetValue(id, out var folder) && folder.InUse);
    }

    private static string NameOf(string path) => Path.Combine(path, "name");
}
