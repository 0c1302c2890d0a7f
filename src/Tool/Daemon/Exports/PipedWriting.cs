using System.IO.Pipelines;

namespace MsBuildKit.Tool.Daemon.Exports;

/// <summary>Brings what somebody writes to a stream to one that takes it at its own speed.</summary>
internal static class PipedWriting
{
    private const int Most = 4 << 20;

    /// <summary>Writes and sends at the same time; ends both when one fails.</summary>
    public static async Task CopyAsync(Func<Stream, CancellationToken, Task> write, Stream target, CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: Most, resumeWriterThreshold: Most / 2, minimumSegmentSize: 1 << 17, useSynchronizationContext: false));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = Task.Run(() => WriteAsync(write, pipe.Writer, stop.Token), CancellationToken.None);
        try
        {
            await pipe.Reader.CopyToAsync(target, stop.Token).ConfigureAwait(false);
            await writing.ConfigureAwait(false);
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await pipe.Reader.CompleteAsync().ConfigureAwait(false);
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task WriteAsync(Func<Stream, CancellationToken, Task> write, PipeWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            var output = writer.AsStream(leaveOpen: true);
            await using (output.ConfigureAwait(false)) await write(output, cancellationToken).ConfigureAwait(false);
            await writer.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await writer.CompleteAsync(e).ConfigureAwait(false);
            throw;
        }
    }
}
