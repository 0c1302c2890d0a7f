using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Daemon.Configuration;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Records;

/// <summary>Removes after builds what the rules do not let stay, at most once a minute.</summary>
internal sealed class StoreCleaner(ToolHost host, string root, DaemonStorage storage, IReadOnlyList<CleaningRule> rules) : IAsyncDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private Task _cleaning = Task.CompletedTask;
    private DateTimeOffset _next;

    /// <summary>A build has ended.</summary>
    public void Ask()
    {
        lock (_gate)
        {
            if (rules.Count == 0 || !_cleaning.IsCompleted || host.Time.GetUtcNow() < _next || _end.IsCancellationRequested) return;
            _next = host.Time.GetUtcNow() + s_pause;
            _cleaning = Task.Run(() => CleanAsync(_end.Token));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _cleaning.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var rule in rules) await storage.PruneAsync(RequestOf(rule, new DriveInfo(root).TotalSize), cancellationToken).ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            await host.Error.WriteLineAsync($"error {e.Code}: {e.Message}").ConfigureAwait(false);
        }
    }

    internal static PruneRequest RequestOf(CleaningRule rule, long disk) => new()
    {
        All = rule.All,
        Filter = { rule.Filters },
        KeepDuration = rule.KeepDuration.Ticks * 100,
        ReservedSpace = rule.ReservedSpace.Of(disk),
        MaxUsedSpace = rule.MaxUsedSpace.Of(disk),
        MinFreeSpace = rule.MinFreeSpace.Of(disk),
    };
}
