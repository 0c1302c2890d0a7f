using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MsBuildKit.Engine.Snapshots.Linux;

namespace MsBuildKit.Engine.Workers.Rootless.Containers;

/// <summary>Says when pipes and terminals can be read from or written to (epoll(7)), with one thread for all of them.</summary>
/// <remarks>.NET reads from a pipe with a thread that it blocks. Processes that only wait would in the end leave it none.</remarks>
internal sealed partial class DescriptorPoll
{
    public const uint Readable = 1, Writable = 4;

    private const uint Once = 1u << 30;
    private const int Add = 1, Remove = 2, Change = 3, CloseOnExec = 0x80000, MostEvents = 64;

    // struct epoll_event is packed on x64 and nowhere else.
    private static readonly int s_data = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly Lazy<DescriptorPoll> s_shared = new(() => new DescriptorPoll());

    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();
    private readonly int _poll = Checked(epoll_create1(CloseOnExec), "an event queue");
    private long _last;

    private DescriptorPoll() => new Thread(Run) { IsBackground = true, Name = "descriptors" }.Start();

    /// <summary>The one of this process.</summary>
    public static DescriptorPoll Shared => s_shared.Value;

    /// <summary>Begins to look after a descriptor, which answers by the number that is returned.</summary>
    public long Watch(SafeHandle descriptor)
    {
        var number = Interlocked.Increment(ref _last);
        _ = Checked(epoll_ctl(_poll, Add, descriptor, Event(Once, number)), "a descriptor");
        return number;
    }

    /// <summary>Ends it; to be called before the descriptor is closed.</summary>
    public void Forget(SafeHandle descriptor, long number)
    {
        _ = epoll_ctl(_poll, Remove, descriptor, Event(0, number));
        if (_waiting.TryRemove(number, out var waiting)) waiting.TrySetResult();
    }

    /// <summary>Waits until a descriptor is ready, or its other end is closed. One wait at a time for each.</summary>
    public async Task WaitAsync(SafeHandle descriptor, long number, uint events, CancellationToken cancellationToken)
    {
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[number] = waiting;
        _ = Checked(epoll_ctl(_poll, Change, descriptor, Event(events | Once, number)), "a descriptor");
        await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Run()
    {
        var size = s_data + sizeof(long);
        var events = new byte[MostEvents * size];
        while (true)
        {
            var count = epoll_wait(_poll, events, MostEvents, -1);
            for (var i = 0; i < count; i++)
                if (_waiting.TryRemove(BitConverter.ToInt64(events, i * size + s_data), out var waiting)) waiting.TrySetResult();
        }
    }

    private static byte[] Event(uint events, long number)
    {
        var bytes = new byte[s_data + sizeof(long)];
        BitConverter.TryWriteBytes(bytes, events);
        BitConverter.TryWriteBytes(bytes.AsSpan(s_data), number);
        return bytes;
    }

    private static int Checked(int result, string what) => result < 0 ? throw Kernel.Error(what) : result;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int poll, int operation, SafeHandle descriptor, byte[] happening);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int poll, [Out] byte[] events, int most, int timeout);
}
