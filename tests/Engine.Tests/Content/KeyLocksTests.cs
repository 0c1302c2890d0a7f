using System.Diagnostics;
using MsBuildKit.Engine.Content;
using MsBuildKit.TestKit;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class KeyLocksTests : IDisposable
{
    private readonly TempFolder _folder = new("locks");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Acquire_ByTwo_OneAtATime()
    {
        KeyLocks[] both = [new(_folder["locks"]), new(_folder["locks"])];
        int inside = 0, most = 0, done = 0;
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => Task.Run(async () =>
        {
            using var held = await both[i % 2].AcquireAsync("key", default);
            most = Math.Max(most, Interlocked.Increment(ref inside));
            await Task.Yield();
            Interlocked.Decrement(ref inside);
            Interlocked.Increment(ref done);
        })));
        Assert.Equal((1, 40), (most, done));
    }

    [Fact]
    public async Task Acquire_OtherKey_DoesNotWait()
    {
        var locks = new KeyLocks(_folder["locks"]);
        using var first = await locks.AcquireAsync("a", default);
        using var second = await locks.AcquireAsync("b", default);
        Assert.Equal(2, Directory.GetFiles(_folder["locks"]).Length);
    }

    [Fact]
    public async Task Acquire_HeldByAProcessThatDies_IsHadThen()
    {
        var locks = new KeyLocks(_folder["locks"]);
        (await locks.AcquireAsync("key", default)).Dispose();
        var file = Assert.Single(Directory.GetFiles(_folder["locks"]));
        using var holder = Process.Start(new ProcessStartInfo("bash", ["-c", "exec 9<>\"$0\"; flock 9; echo held; read -r line", file])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());

        var waiting = locks.AcquireAsync("key", default).AsTask();
        using (var stop = new CancellationTokenSource())
        {
            var second = locks.AcquireAsync("key", stop.Token).AsTask();
            await stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        }
        Assert.False(waiting.IsCompleted);

        holder.Kill();
        using var held = await waiting.WaitAsync(TimeSpan.FromMinutes(1));
        var other = await Command.RunAsync(RealTool.Find("flock"), ["-n", file, "true"]);
        Assert.Equal(1, other.ExitCode);
    }

    [Fact]
    public async Task Acquire_WhereNobodyMay_SaysWhatToDo()
    {
        var error = await Assert.ThrowsAsync<ContentException>(async () => await new KeyLocks(_folder.Write("file", "") + "/locks").AcquireAsync("key", default));
        Assert.Equal("MBK1205", error.Code);
    }
}
