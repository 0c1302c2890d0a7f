using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using MsBuildKit.Engine.Content;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Rootless;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Transfer;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>What the daemon keeps for builds to come: the store, and the trees that clients sent.</summary>
internal sealed class DaemonStorage(ToolHost host, LocalContentStore store, ContextFolders folders, BuildGate builds, WorkerPool workers) : IDisposable
{
    private readonly string _root = store.Root;
    private readonly SemaphoreSlim _pruning = new(1, 1);

    /// <summary>What there is. Throws MBK2515 for a filter that is none.</summary>
    public async Task<IReadOnlyList<UsageRecord>> ListAsync(DiskUsageRequest request, CancellationToken cancellationToken)
    {
        var filter = RecordFilter.Parse(request.Filter);
        await EndIdleWorkersAsync().ConfigureAwait(false);
        var kept = await AskAsync(null, cancellationToken).ConfigureAwait(false);
        var now = host.Time.GetUtcNow();
        return
        [
            .. kept.Concat(folders.List().Select(Of)).Where(r => filter.Fits(name => UsageFields.Find(r, name)))
                .Where(r => request.AgeLimit <= 0 || now - r.LastUsedAt.ToDateTimeOffset() > TimeSpan.FromMicroseconds(request.AgeLimit / 1000d)),
        ];
    }

    /// <summary>Removes what a request does not let stay; what builds use stays in any case. Gives what is gone.</summary>
    public async Task<IReadOnlyList<UsageRecord>> PruneAsync(PruneRequest request, CancellationToken cancellationToken)
    {
        var choice = new PruneChoice(request);
        await _pruning.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await EndIdleWorkersAsync().ConfigureAwait(false);
            var trees = PruneTrees(choice);
            return [.. trees, .. await AskAsync(request, cancellationToken).ConfigureAwait(false)];
        }
        finally
        {
            _pruning.Release();
        }
    }

    public void Dispose() => _pruning.Dispose();

    // A worker keeps mounted what its steps stood on, for steps to come: between builds nobody uses it.
    private async Task EndIdleWorkersAsync()
    {
        IReadOnlyList<RootlessWorker> idle = [];
        builds.DoWhileIdle(() => idle = workers.TakeAll());
        foreach (var worker in idle) await worker.DisposeAsync().ConfigureAwait(false);
    }

    // They are files of the store too, and what is sent again most cheaply.
    private List<UsageRecord> PruneTrees(PruneChoice choice)
    {
        var now = host.Time.GetUtcNow();
        var used = Directory.Exists(_root) ? StoreInventory.Read(_root).Size : 0;
        var keep = choice.KeptBytes(used, new DriveInfo(_root).AvailableFreeSpace);
        var removed = new List<UsageRecord>();
        foreach (var tree in folders.List().Select(Of).Where(t => choice.Takes(t, now)).OrderBy(t => t.LastUsedAt))
        {
            if (keep is { } most && used <= most) break;
            if (!folders.TryRemove(tree.ID)) continue;
            used -= tree.Size;
            removed.Add(tree);
        }
        return removed;
    }

    // The trees of steps belong to the users of images, whom only a namespace with their ids knows.
    private async Task<IReadOnlyList<UsageRecord>> AskAsync(PruneRequest? request, CancellationToken cancellationToken)
    {
        // What builds held that are over is nobody's any more.
        builds.DoWhileIdle(store.Release);
        if (!OperatingSystem.IsLinux() || !StoreInventory.HasTrees(_root) || host.Worker.User.Id == 0)
        {
            var records = new StoreRecords(_root, host.Time);
            return await Task.Run(() => request is null ? records.List() : records.Prune(request, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        var program = host.Worker with { Command = host.Self, WorkingDirectory = host.CurrentDirectory };
        string[] arguments = ["debug", Commands.StoreRecordsCommand.Name, "--store", _root, .. request is null ? [] : new[] { "--prune", request.ToByteString().ToBase64() }];
        var inside = await NamespaceProcess.StartAsync(program, arguments, cancellationToken).ConfigureAwait(false);
        await using (inside.ConfigureAwait(false))
        {
            using var reader = new StreamReader(inside.Output);
            var records = new List<UsageRecord>();
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line) records.Add(UsageRecord.Parser.ParseFrom(ByteString.FromBase64(line)));
            if (await inside.WaitAsync(cancellationToken).ConfigureAwait(false) == 0) return records;
            throw new DaemonException(DaemonException.StorageUnread, ErrorKind.FailedPrecondition, $"The store '{_root}' cannot be looked through: {inside.Errors}");
        }
    }

    private static UsageRecord Of(ContextUsage tree)
    {
        var used = Timestamp.FromDateTimeOffset(tree.LastUsed);
        return new UsageRecord
        {
            ID = tree.Id, Mutable = true, InUse = tree.InUse, Size = tree.Bytes, CreatedAt = used, LastUsedAt = used, UsageCount = 1, Description = $"local source for {tree.Name}", RecordType = "source.local",
        };
    }
}
