using System.Threading.Channels;

namespace MsBuildKit.Engine.Content;

/// <summary>Makes staged files durable and visible in batches.</summary>
/// <remarks>
/// The order is what survives power cuts: write, then sync the whole file system once for all that wait, then rename, then sync the
/// directories of the new names, then tell the callers. A name that can be seen therefore always has its bytes. A name that another writer
/// made may not be durable yet when it is seen: whoever relies on it has it confirmed. What goes wrong for one file is told to its caller
/// alone.
/// </remarks>
internal sealed class CommitQueue : IAsyncDisposable
{
    private const int LargestBatch = 256;

    private readonly Channel<Item> _items = Channel.CreateUnbounded<Item>(new() { SingleReader = true });
    private readonly string _root;
    private readonly Task _loop;
    private bool _bytesWereLost;

    public CommitQueue(string root)
    {
        _root = root;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Moves <paramref name="staged"/> to <paramref name="final"/>; completes when that is durable.</summary>
    public Task CommitAsync(string staged, string final) => Enqueue(staged, final);

    /// <summary>Completes when the name <paramref name="final"/>, which somebody else gave to durable bytes, is durable too.</summary>
    public Task ConfirmAsync(string final) => Enqueue(null, final);

    public async ValueTask DisposeAsync()
    {
        _items.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private Task Enqueue(string? staged, string final)
    {
        var item = new Item(staged, final, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _items.Writer.TryWrite(item) ? item.Done.Task : throw new ObjectDisposedException(nameof(CommitQueue));
    }

    private async Task RunAsync()
    {
        var batch = new List<Item>();
        while (await _items.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < LargestBatch && _items.Reader.TryRead(out var item)) batch.Add(item);
            Commit(batch);
        }
    }

    // One that cannot be kept fails alone, and whoever is told 'kept' has bytes and name durable.
    private void Commit(List<Item> batch)
    {
        var staged = batch.Where(i => i.Staged is not null).ToList();
        var moved = Sync(staged).Where(i => Try([i], () => File.Move(i.Staged!, i.Final, overwrite: true)));
        foreach (var folder in moved.Concat(batch.Where(i => i.Staged is null)).GroupBy(i => Path.GetDirectoryName(i.Final)!))
            if (Try(folder, () => Posix.SyncDirectory(folder.Key)))
                foreach (var item in folder)
                    item.Done.SetResult();
    }

    // That bytes could not be written is told once and for the whole file system. They may be those of a file in a later batch, so from then
    // on each file is asked for its own.
    private List<Item> Sync(List<Item> batch)
    {
        if (batch.Count == 0) return [];
        var whole = false;
        if (!Try(batch, () => whole = Posix.TrySyncFileSystem(_root)))
        {
            _bytesWereLost = true;
            return [];
        }
        return whole && !_bytesWereLost ? batch : [.. batch.Where(i => Try([i], () => Flush(i.Staged!)))];
    }

    // Whatever goes wrong, those who wait must learn it, and the next batch goes on.
    private static bool Try(IEnumerable<Item> items, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            foreach (var item in items) item.Done.TrySetException(e);
            return false;
        }
    }

    private static void Flush(string path)
    {
        // Staged files are read-only already; only Windows wants to write where it flushes.
        using var file = File.OpenHandle(path, FileMode.Open, OperatingSystem.IsWindows() ? FileAccess.ReadWrite : FileAccess.Read);
        RandomAccess.FlushToDisk(file);
    }

    private sealed record Item(string? Staged, string Final, TaskCompletionSource Done);
}
