namespace MsBuildKit.Engine.Workers;

/// <summary>Gives back the memory that work needed, some seconds after the last of it: a process that lives on may have nothing to do for days.</summary>
/// <param name="time">The clock.</param>
public sealed class IdleMemory(TimeProvider time)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private ITimer? _timer;
    private int _running;

    /// <summary>How often memory was given back.</summary>
    public int Released { get; private set; }

    /// <summary>Work begins.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            _running++;
            _timer?.Dispose();
            _timer = null;
        }
    }

    /// <summary>Work has ended.</summary>
    public void Leave()
    {
        lock (_gate)
            if (--_running == 0)
                _timer = time.CreateTimer(_ => Release(), null, s_pause, Timeout.InfiniteTimeSpan);
    }

    private void Release()
    {
        lock (_gate)
        {
            // Something may have begun just now.
            if (_running > 0) return;
            Released++;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            LibraryMemory.Trim();
        }
    }
}
