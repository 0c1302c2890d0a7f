using MsBuildKit.Engine.Workers;

namespace MsBuildKit.Engine.Tests.Workers;

public sealed class IdleMemoryTests
{
    [Fact]
    public void Leave_TheLastOfWork_ReleasesAfterAPause()
    {
        var time = new OneTimer();
        var memory = new IdleMemory(time);
        memory.Enter();
        memory.Enter();
        memory.Leave();
        Assert.Null(time.Due);
        memory.Leave();
        Assert.NotNull(time.Due);
        Assert.Equal(0, memory.Released);
        time.Due();
        Assert.Equal(1, memory.Released);
    }

    [Fact]
    public void Enter_BeforeThePauseIsOver_KeepsMemory()
    {
        var time = new OneTimer();
        var memory = new IdleMemory(time);
        memory.Enter();
        memory.Leave();
        var late = time.Due!;
        memory.Enter();
        Assert.True(time.IsDisposed);
        // A timer that went off just before it was disposed of.
        late();
        Assert.Equal(0, memory.Released);
    }

    private sealed class OneTimer : TimeProvider
    {
        public Action? Due { get; private set; }

        public bool IsDisposed { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Due = () => callback(state);
            return new Timer(() => IsDisposed = true);
        }

        private sealed class Timer(Action disposed) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => disposed();

            public ValueTask DisposeAsync()
            {
                disposed();
                return ValueTask.CompletedTask;
            }
        }
    }
}
