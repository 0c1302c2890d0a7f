using MsBuildKit.Engine.Content;

namespace MsBuildKit.Engine.Tests.Content;

public sealed class ReadAheadStreamTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 18)]
    [InlineData((1 << 18) + 1)]
    [InlineData(5 << 18)]
    [InlineData(3_000_001)]
    public async Task Read_ToTheEnd_GivesEveryByte(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        foreach (var synchronous in (bool[])[true, false])
        {
            var stream = new ReadAheadStream(new Dribble(bytes));
            await using (stream)
            {
                var read = new MemoryStream();
                if (synchronous) stream.CopyTo(read, 1000);
                else await stream.CopyToAsync(read, 70_000);
                Assert.Equal(bytes, read.ToArray());
                Assert.Equal(0, await stream.ReadAsync(new byte[1]));
                Assert.Equal(0, stream.Read(new byte[1]));
            }
        }
    }

    [Fact]
    public async Task Read_OfWhatBreaks_GivesWhatCameBeforeThenItsFaultEachTime()
    {
        var stream = new ReadAheadStream(new Dribble(new byte[1 << 19], fails: true));
        await using (stream)
        {
            await stream.ReadExactlyAsync(new byte[1 << 19]);
            for (var i = 0; i < 3; i++) Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidDataException>(async () => await stream.ReadExactlyAsync(new byte[10]))).Message);
        }
    }

    [Fact]
    public async Task Dispose_WithBlocksLeft_EndsAndLeavesTheInnerStreamOpen()
    {
        var inner = new Dribble(new byte[50 << 18]);
        var stream = new ReadAheadStream(inner);
        Assert.Equal(0, stream.Read([]));
        Assert.Equal(0, await stream.ReadAsync(Memory<byte>.Empty));
        Assert.Equal(5, await stream.ReadAsync(new byte[5]));
        await stream.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(inner.CanRead);
        Assert.InRange(inner.Position, 1, 6 << 18);
    }

    private sealed class Dribble(byte[] bytes, bool fails = false) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            fails && Position == Length ? throw new InvalidDataException("broken") : base.ReadAsync(buffer[..Math.Min(buffer.Length, 12_345)], cancellationToken);
    }
}
