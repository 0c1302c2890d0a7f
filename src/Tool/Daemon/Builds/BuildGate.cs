using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>Lets builds begin until the daemon is told to stop, and says when the last has ended.</summary>
/// <param name="memory">Is told of builds.</param>
internal sealed class BuildGate(IdleMemory? memory = null)
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private bool _isClosed;

    /// <summary>A build begins. Throws MBK2517 when none may any more.</summary>
    public void Enter()
    {
        lock (_gate)
        {
            if (_isClosed) throw new DaemonException(DaemonException.Stopping, ErrorKind.Unavailable, "the daemon is being stopped: build again when it runs anew");
            _running++;
        }
        memory?.Enter();
    }

    /// <summary>A build has ended.</summary>
    public void Leave()
    {
        memory?.Leave();
        lock (_gate)
            if (--_running == 0 && _isClosed) _empty.TrySetResult();
    }

    /// <summary>Does something that takes no time if no build runs; none begins meanwhile.</summary>
    public void DoWhileIdle(Action work)
    {
        lock (_gate)
            if (_running == 0) work();
    }

    /// <summary>Nothing begins any more; done when nothing runs.</summary>
    public Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_running == 0) _empty.TrySetResult();
            return _empty.Task;
        }
    }
}
