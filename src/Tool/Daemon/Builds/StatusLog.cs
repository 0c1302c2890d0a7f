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
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly FileStream _file;
    private readonly TaskCompletionSource _allTold = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _length;
    private int _readers;
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
        lock (_gate) _readers++;
        try
        {
            for (var position = 0L; ;)
            {
                var (length, isComplete, more) = Look();
                while (position < length)
                {
                    var (together, read) = ReadSome(reading, length - position);
                    position += read;
                    yield return together;
                }
                if (isComplete) yield break;
                await more.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_gate)
                if (--_readers == 0 && _isComplete) _allTold.TrySetResult();
        }
    }

    /// <summary>Waits until all who read were told all, but not for long: clients give up the rest some seconds after a build's answer, and then take the build for failed.</summary>
    public async Task TellAllAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        lock (_gate)
            if (_readers == 0) return;
        await _allTold.Task.WaitAsync(s_patience, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Everything of a build that is over, from the file that it left.</summary>
    public static async IAsyncEnumerable<StatusResponse> ReplayAsync(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (TryOpen(path) is not { } reading) yield break;
        await using var closed = reading.ConfigureAwait(false);
        while (reading.Position < reading.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return ReadSome(reading, reading.Length - reading.Position).Together;
        }
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

    // What was written a moment ago is in memory; to hand each read to another thread is what would take time.
    private static (StatusResponse Together, long Read) ReadSome(FileStream stream, long available)
    {
        var (together, read, header) = (new StatusResponse(), 0L, new byte[sizeof(uint)]);
        while (read < Math.Min(available, Together))
        {
            stream.ReadExactly(header);
            var body = new byte[BinaryPrimitives.ReadUInt32LittleEndian(header)];
            stream.ReadExactly(body);
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
