using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Tests.Distribution;

/// <summary>Keeps what was reported, in order.</summary>
public sealed class Events : List<BuildEvent>, IProgress<BuildEvent>
{
    public void Report(BuildEvent value)
    {
        lock (this) Add(value);
    }
}
