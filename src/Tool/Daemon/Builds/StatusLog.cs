using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using MsBuildKit.Tool.Protocol.Control;

namespace MsBuildKit.Tool.Daemon.Builds;

/// <summary>All that happened in a build, in a file: whoever comes late reads it from the start, and no log is clipped to save memory.</summary>
/// <remarks>The file is what BuildKit keeps of a build too: messages, each behind its length in four bytes, little-endian.</remarks>
internal sealed class StatusLog : IDisposable
{
    // A response that clients take at once.
    private const int Together = 1 << 20;

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _length;
    private bool _isComplete;

    public StatusLog(string path)
    {
        Path = path;
        _file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read | FileShare.Delete, bufferSize: 0);
    }

    public string Path { get; }

    /// <summary>Adds what happened; nothing once the build is over.</summary>
    public void Add(StatusResponse happened)
    {
        var size = happened.CalculateSize();
        var bytes = new byte[sizeof(uint) + size];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)size);
        happened.WriteTo(bytes.AsSpan(sizeof(uint)));
        lock (_gate)
        {
            if (_isComplete) return;
            _file.Write(bytes);
            _length += bytes.Length;
            Wake();
        }
    }

    /// <summary>Nothing more will happen.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (_isComplete) return;
            _isComplete = true;
            _file.Dispose();
            Wake();
        }
    }

    /// <summary>Everything from the start, as it comes, until the build is over.</summary>
    public async IAsyncEnumerable<StatusResponse> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (TryOpen(Path) is not { } reading) yield break;
        await using var closed = reading.ConfigureAwait(false);
        for (var position = 0L; ;)
        {
            var (length, isComplete, more) = Look();
            while (position < length)
            {
                var (together, read) = await ReadSomeAsync(reading, length - position, cancellationToken).ConfigureAwait(false);
                position += read;
                yield return together;
            }
            if (isComplete) yield break;
            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Everything of a build that is over, from the file that it left.</summary>
    public static async IAsyncEnumerable<StatusResponse> ReplayAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (TryOpen(path) is not { } reading) yield break;
        await using var closed = reading.ConfigureAwait(false);
        while (reading.Position < reading.Length)
            yield return (await ReadSomeAsync(reading, reading.Length - reading.Position, cancellationToken).ConfigureAwait(false)).Together;
    }

    public void Dispose() => Complete();

    // Of a build of which nothing is kept, and which ended just now, there is nothing more to tell.
    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static async Task<(StatusResponse Together, long Read)> ReadSomeAsync(Stream stream, long available, CancellationToken cancellationToken)
    {
        var (together, read, header) = (new StatusResponse(), 0L, new byte[sizeof(uint)]);
        while (read < Math.Min(available, Together))
        {
            await stream.ReadExactlyAsync(header, cancellationToken).ConfigureAwait(false);
            var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(header)];
            await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
            together.MergeFrom(body);
            read += header.Length + body.Length;
        }
        return (together, read);
    }

    private (long Length, bool IsComplete, Task More) Look()
    {
        lock (_gate) return (_length, _isComplete, _more.Task);
    }

    private void Wake()
    {
        var waiting = _more;
        _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.SetResult();
    }
}
