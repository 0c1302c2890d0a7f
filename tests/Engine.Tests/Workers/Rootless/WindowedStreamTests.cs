using MsBuildKit.Engine.Workers.Rootless.Protocol;

namespace MsBuildKit.Engine.Tests.Workers.Rootless;

/// <summary>Both ends of a stream of frames.</summary>
public sealed class WindowedStreamTests
{
    private readonly WindowedReader _reader;
    private readonly WindowedWriter _writer;
    private long _sent;

    public WindowedStreamTests()
    {
        _writer = new WindowedWriter(bytes =>
        {
            _sent += bytes.Length;
            if (bytes.IsEmpty) _reader!.End();
            else _reader!.Take(bytes.ToArray());
            return Task.CompletedTask;
        });
        _reader = new WindowedReader(_writer.Give);
    }

    [Fact]
    public async Task Write_MoreThanThereIsRoomFor_WaitsForTheReader()
    {
        var bytes = Enumerable.Range(0, ByteWindow.Size * 3 + 17).Select(i => (byte)(i * 7)).ToArray();
        var writing = WriteAsync(bytes);
        Assert.False(writing.IsCompleted);
        Assert.Equal((ByteWindow.Size, ByteWindow.Size), ((int)_sent, _reader.Held));
        using var read = new MemoryStream();
        await _reader.CopyToAsync(read);
        await writing;
        Assert.Equal(bytes, read.ToArray());
        Assert.Equal(ByteWindow.Size, _reader.MostHeld);
    }

    [Fact]
    public async Task Write_WhileWaiting_CanBeCancelledAndBroken()
    {
        await _writer.WriteAsync(new byte[ByteWindow.Size]);
        using var stop = new CancellationTokenSource();
        var writing = _writer.WriteAsync(new byte[1], stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writing);
        writing = _writer.WriteAsync(new byte[1]).AsTask();
        _writer.Break();
        await Assert.ThrowsAsync<IOException>(() => writing);
    }

    [Fact]
    public async Task Read_InSmallPieces_GivesTheSame()
    {
        await WriteAsync([1, 2, 3, 4, 5]);
        var read = new List<byte>();
        var buffer = new byte[2];
        for (int length; (length = await _reader.ReadAsync(buffer)) > 0;) read.AddRange(buffer[..length]);
        Assert.Equal([1, 2, 3, 4, 5], read);
        Assert.Equal(0, await _reader.ReadAsync(buffer));
    }

    [Fact]
    public async Task Read_AfterAFault_SaysItAfterWhatCame()
    {
        await _writer.WriteAsync(new byte[] { 1 });
        _reader.End(new InvalidOperationException("gone"));
        var buffer = new byte[2];
        Assert.Equal(1, await _reader.ReadAsync(buffer));
        Assert.Contains("gone", (await Assert.ThrowsAsync<IOException>(async () => await _reader.ReadExactlyAsync(buffer))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_OfTheReader_HoldsNobodyBack()
    {
        var writing = WriteAsync(new byte[ByteWindow.Size * 4]);
        await _reader.DisposeAsync();
        await writing;
        Assert.Equal((ByteWindow.Size * 4, 0), ((int)_sent, _reader.Held));
    }

    private async Task WriteAsync(byte[] bytes)
    {
        await _writer.WriteAsync(bytes);
        await _writer.DisposeAsync();
    }
}
