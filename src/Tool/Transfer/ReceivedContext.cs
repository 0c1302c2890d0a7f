using MsBuildKit.Engine.Sessions;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A tree as it was when it was received. Its files stay as they are until this is disposed, whatever is received meanwhile.</summary>
internal sealed class ReceivedContext(SentTree sent, Action<ReceivedContext> release) : IDisposable
{
    private int _disposed;

    /// <summary>The tree, for <see cref="IBuildSession.FetchTreeAsync"/>.</summary>
    public SentTree Sent { get; } = sent;

    /// <summary>How many files came.</summary>
    public int FilesReceived { get; init; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0) release(this);
    }
}
