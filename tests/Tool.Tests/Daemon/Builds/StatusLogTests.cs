using MsBuildKit.TestKit;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Tests.Daemon.Builds;

public sealed class StatusLogTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly StatusLog _log;

    public StatusLogTests() => _log = new StatusLog(_folder["log"]);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _log.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task ReadAsync_WhileThereIsMoreToCome_GivesAllOfIt()
    {
        _log.Add(Named("one"));
        var reading = _log.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await reading.MoveNextAsync());
        Assert.Equal("one", Assert.Single(reading.Current.Vertexes).Name);
        _log.Add(Named("two"));
        _log.Add(Named("three"));
        Assert.True(await reading.MoveNextAsync());
        Assert.Equal(["two", "three"], reading.Current.Vertexes.Select(v => v.Name));
        _log.Complete();
        Assert.False(await reading.MoveNextAsync());
    }

    [Fact]
    public async Task TellAllAsync_WhileSomebodyReads_WaitsForThem()
    {
        _log.Add(Named("one"));
        var reading = _log.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await reading.MoveNextAsync();
        _log.Complete();
        var told = _log.TellAllAsync(TimeProvider.System, Cancellation);
        Assert.False(told.IsCompleted);
        Assert.False(await reading.MoveNextAsync());
        await told;
    }

    [Fact]
    public async Task TellAllAsync_WhenAReaderStops_DoesNotWait()
    {
        _log.Add(Named("one"));
        var reading = _log.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await reading.MoveNextAsync();
        await reading.DisposeAsync();
        _log.Complete();
        Assert.True(_log.TellAllAsync(TimeProvider.System, Cancellation).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task TellAllAsync_WhenAReaderDoesNotGoOn_WaitsForAMomentOnly()
    {
        _log.Add(Named("one"));
        var reading = _log.ReadAsync(Cancellation).GetAsyncEnumerator(Cancellation);
        await reading.MoveNextAsync();
        _log.Complete();
        await _log.TellAllAsync(new HurriedTime(), Cancellation);
        await reading.DisposeAsync();
    }

    private static StatusResponse Named(string name) => new() { Vertexes = { new Vertex { Name = name } } };
}
