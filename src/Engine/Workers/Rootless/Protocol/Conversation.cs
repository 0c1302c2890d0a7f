using System.Threading.Channels;

namespace MsBuildKit.Engine.Workers.Rootless.Protocol;

/// <summary>The worker's end of a call in which both sides say things until its end.</summary>
/// <remarks>What the engine says waits here. It is little: bytes come only as far as there is room for them.</remarks>
public sealed class Conversation
{
    private readonly Channel<Frame> _heard = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Func<Frame, Task> _send;

    internal Conversation(ulong number, Func<Frame, Task> send) => (Number, _send) = (number, send);

    /// <summary>What the call is called on the wire.</summary>
    public ulong Number { get; }

    /// <summary>What the engine says, in its order, until the call ends.</summary>
    public IAsyncEnumerable<Frame> HearAsync(CancellationToken cancellationToken) => _heard.Reader.ReadAllAsync(cancellationToken);

    /// <summary>Says something before the end; nothing happens when nobody listens any more.</summary>
    public Task SayAsync(Frame frame)
    {
        frame.Call = Number;
        return _send(frame);
    }

    internal void Hear(Frame frame) => _heard.Writer.TryWrite(frame);
}
