using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class SharedWorkTests
{
    private readonly SharedWork<string, int> _work = new();
    private int _calls;

    [Fact]
    public async Task Get_SameKey_RunsOnce()
    {
        var gate = new TaskCompletionSource<int>();
        var all = Enumerable.Range(0, 10).Select(_ => _work.GetAsync("a", _ => Count(gate.Task), default)).ToList();
        gate.SetResult(7);
        Assert.All(await Task.WhenAll(all), r => Assert.Equal(7, r));
        Assert.Equal(7, await _work.GetAsync("a", _ => Count(Task.FromResult(8)), default));
        Assert.Equal(1, _calls);
    }

    [Fact]
    public async Task Get_AfterAFailure_RunsAgain()
    {
        await Assert.ThrowsAsync<IOException>(() => _work.GetAsync("a", _ => Count(Task.FromException<int>(new IOException())), default));
        Assert.Equal(3, await _work.GetAsync("a", _ => Count(Task.FromResult(3)), default));
        Assert.Equal(2, _calls);
    }

    [Fact]
    public async Task Get_FirstGivesUp_AnotherTakesOver()
    {
        using var stop = new CancellationTokenSource();
        var first = _work.GetAsync("a", async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return 1;
        }, stop.Token);
        var second = _work.GetAsync("a", _ => Count(Task.FromResult(2)), default);
        Assert.Equal(0, _calls);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task Get_OneWhoWaitsGivesUp_TheWorkGoesOn()
    {
        var gate = new TaskCompletionSource<int>();
        var first = _work.GetAsync("a", _ => gate.Task, default);
        using var stop = new CancellationTokenSource();
        var second = _work.GetAsync("a", _ => Count(Task.FromResult(2)), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        gate.SetResult(1);
        Assert.Equal(1, await first);
        Assert.Equal(0, _calls);
    }

    private Task<int> Count(Task<int> result)
    {
        Interlocked.Increment(ref _calls);
        return result;
    }
}
