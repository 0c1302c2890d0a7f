using System.Runtime.InteropServices;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>One direction of a pipe or terminal, without a thread that waits for it. Closing it closes the descriptor.</summary>
/// <remarks>A terminal that nobody has any more is at its end (EIO).</remarks>
internal sealed partial class DescriptorStream : Stream
{
    private const int GetFlags = 3, SetFlags = 4, NoDevice = 5;

    private readonly SafeHandle _descriptor;
    private readonly long _number;
    private bool _isClosed;

    /// <summary>Takes a descriptor over.</summary>
    public DescriptorStream(SafeHandle descriptor)
    {
        _descriptor = descriptor;
        if (fcntl(descriptor, SetFlags, fcntl(descriptor, GetFlags, 0) | Kernel.NoWaiting) < 0) throw Kernel.Error("a descriptor");
        _number = DescriptorPoll.Shared.Watch(descriptor);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var length = (int)read(_descriptor, buffer.Span, buffer.Length);
            if (length >= 0) return length;
            if (Kernel.LastError == NoDevice) return 0;
            await WaitAsync(DescriptorPoll.Readable, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var length = (int)write(_descriptor, buffer.Span, buffer.Length);
            if (length < 0) await WaitAsync(DescriptorPoll.Writable, cancellationToken).ConfigureAwait(false);
            else buffer = buffer[length..];
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (_isClosed) return;
        _isClosed = true;
        DescriptorPoll.Shared.Forget(_descriptor, _number);
        _descriptor.Dispose();
    }

    private async Task WaitAsync(uint events, CancellationToken cancellationToken)
    {
        if (Kernel.LastError == Kernel.Interrupted) return;
        if (Kernel.LastError != Kernel.TryAgain) throw Kernel.Error("a pipe");
        await DescriptorPoll.Shared.WaitAsync(_descriptor, _number, events, cancellationToken).ConfigureAwait(false);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeHandle descriptor, Span<byte> buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeHandle descriptor, ReadOnlySpan<byte> buffer, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(SafeHandle descriptor, int command, nint argument);
}
