using Microsoft.Win32.SafeHandles;

namespace MsBuildKit.Engine.Content;

/// <summary>A file that another process or thread is writing: reading waits for what has not come yet.</summary>
/// <remarks>Whoever writes renames the file when it is whole, or removes it: what was read before stays readable, and more does not come. Of one that died the file stays;
/// no more is waited for once somebody else has brought the same.</remarks>
/// <param name="path">The file; opening it throws as opening any file does.</param>
/// <param name="final">Where it is when it is whole.</param>
/// <param name="size">How many bytes it will have.</param>
internal sealed class ArrivingStream(string path, string final, long size) : ReadingStream
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(2);

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    private long _position;

    public override long Length => size;

    public override int Read(Span<byte> buffer)
    {
        int? read;
        while ((read = TryRead(buffer)) is null) Thread.Sleep(s_pause);
        return read.Value;
    }

    // The bytes were written a moment ago, so that they are in memory: only for more to come it is worth giving the thread back.
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int? read;
        while ((read = TryRead(buffer.Span)) is null) await Task.Delay(s_pause, cancellationToken).ConfigureAwait(false);
        return read.Value;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _file.Dispose();
        base.Dispose(disposing);
    }

    private int? TryRead(Span<byte> buffer)
    {
        var read = Next(buffer);
        if (read > 0 || buffer.IsEmpty || _position >= size) return read;
        if (File.Exists(path) && !File.Exists(final)) return null;
        // More may have come before it was renamed.
        return Next(buffer) is > 0 and var last ? last : throw new EndOfStreamException($"only {_position} of its {size} bytes came");
    }

    private int Next(Span<byte> buffer)
    {
        var read = RandomAccess.Read(_file, buffer, _position);
        _position += read;
        return read;
    }
}
