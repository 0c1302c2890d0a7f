using System.Collections.Concurrent;

namespace MsBuildKit.Faults.Registry;

/// <summary>What the proxies of a drill did.</summary>
internal sealed class FaultTally
{
    private int _requests;

    public int Requests => _requests;

    /// <summary>Faults, by their class.</summary>
    public ConcurrentDictionary<string, int> Inflicted { get; } = new();

    /// <summary>What went wrong in a proxy itself.</summary>
    public ConcurrentQueue<string> OwnFaults { get; } = new();

    public void Count(FaultClass? fault)
    {
        Interlocked.Increment(ref _requests);
        if (fault is not null) Inflicted.AddOrUpdate(fault.Name, 1, (_, n) => n + 1);
    }
}
