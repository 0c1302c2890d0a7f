using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Llb;

namespace MsBuildKit.Engine.Workers;

/// <summary>Tells how much of a lent tree came: now and then, and when all of it did.</summary>
/// <param name="name">Of the tree.</param>
/// <param name="source">What takes it, or <c>null</c> when nobody is to be told.</param>
/// <param name="progress">Hears it.</param>
internal sealed class ReceivedBytes(string name, Vertex? source, IProgress<BuildEvent>? progress) : IProgress<long>
{
    private const long Step = 1 << 18;

    private long _bytes;
    private long _told = -Step;

    /// <inheritdoc />
    public void Report(long value)
    {
        _bytes = value;
        if (value - _told >= Step) Tell(null);
    }

    /// <summary>There is no more.</summary>
    public void Complete() => Tell(_bytes);

    private void Tell(long? total)
    {
        _told = _bytes;
        if (source is not null) progress?.Report(new StepProgress($"transferring {name}:", _bytes, total) { Step = source.Digest.ToString(), Action = "transferring" });
    }
}
