using System.Globalization;
using System.Runtime.Versioning;

namespace MsBuildKit.Engine.Workers.Rootless;

/// <summary>Connects networks for steps, each for one step, and begins with the next before it is asked for: connecting one takes longer than
/// all the rest of a small step. One that nobody takes within <see cref="s_idle"/> is ended.</summary>
/// <param name="folder">An empty folder of the worker's own.</param>
/// <param name="searchPath">Where the programs are that connect them.</param>
/// <param name="time">The clock.</param>
[SupportedOSPlatform("linux")]
internal sealed class StepNetworks(string folder, string searchPath, TimeProvider time) : IAsyncDisposable
{
    // A worker of a daemon may have nothing to do for days.
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly Lazy<EgressProgram> _program = new(() => EgressProgram.Find(searchPath) ?? throw StepErrors.NoNetwork(searchPath));
    private readonly HashSet<Task> _ending = [];
    private (bool ForwardsNames, Task<StepNetwork> Network)? _spare;
    private int _made;

    /// <summary>The program that connects them. Throws MBK2011 when there is none.</summary>
    public EgressProgram Program => _program.Value;

    /// <summary>Begins to connect one for a step to come, unless that is so already.</summary>
    public void Prepare(bool forwardsNames)
    {
        lock (_gate)
        {
            if (_spare is not null) return;
            var network = ConnectAsync(forwardsNames, CancellationToken.None);
            _spare = (forwardsNames, network);
            _ = EndUnusedAsync(network);
        }
    }

    /// <summary>A network for one step, which gives it back with <see cref="Release"/>.</summary>
    public async Task<StepNetwork> TakeAsync(bool forwardsNames, CancellationToken cancellationToken)
    {
        if (TakeSpare() is not { } spare) return await ConnectAsync(forwardsNames, cancellationToken).ConfigureAwait(false);
        StepNetwork? ready = null;
        try
        {
            if (spare.ForwardsNames == forwardsNames) ready = await ReadyAsync(spare.Network, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (ready is null) End(spare.Network);
        }
        // Why it failed or ended may be over: the step gets the answer of its own try.
        return ready ?? await ConnectAsync(forwardsNames, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends a network whose step is over. The next step need not wait for it.</summary>
    public void Release(StepNetwork network) => End(Task.FromResult(network));

    /// <summary>Waits until all are gone that were released.</summary>
    public async Task SettleAsync()
    {
        Task[] ending;
        lock (_gate) ending = [.. _ending];
        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (TakeSpare() is { } spare) End(spare.Network);
        await SettleAsync().ConfigureAwait(false);
    }

    private async Task EndUnusedAsync(Task<StepNetwork> network)
    {
        await Task.Delay(s_idle, time).ConfigureAwait(false);
        lock (_gate)
        {
            if (_spare?.Network != network) return;
            _spare = null;
            End(network);
        }
    }

    private (bool ForwardsNames, Task<StepNetwork> Network)? TakeSpare()
    {
        lock (_gate)
        {
            var spare = _spare;
            _spare = null;
            return spare;
        }
    }

    private static async Task<StepNetwork?> ReadyAsync(Task<StepNetwork> connecting, CancellationToken cancellationToken)
    {
        await ((Task)connecting).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return connecting.IsCompletedSuccessfully && await connecting.ConfigureAwait(false) is { IsServed: true } network ? network : null;
    }

    private Task<StepNetwork> ConnectAsync(bool forwardsNames, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _made);
        return Task.Run(() => StepNetwork.ConnectAsync(Program, Path.Combine(folder, number.ToString(CultureInfo.InvariantCulture)), forwardsNames, time, cancellationToken), cancellationToken);
    }

    private void End(Task<StepNetwork> network)
    {
        lock (_gate)
        {
            _ending.RemoveWhere(t => t.IsCompleted);
            _ending.Add(Task.Run(async () =>
            {
                await ((Task)network).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (network.IsCompletedSuccessfully) await (await network.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
            }));
        }
    }
}
