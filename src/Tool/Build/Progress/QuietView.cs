using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Shows nothing.</summary>
internal sealed class QuietView : IProgressView
{
    public void Report(BuildEvent value)
    {
    }

    public void Complete()
    {
    }
}
