using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>Shows people or programs what a build does. May be told by several threads at once.</summary>
internal interface IProgressView : IProgress<BuildEvent>
{
    /// <summary>The build is over, or is being cancelled: shows what is not shown yet and leaves the terminal as it was. Nothing is shown afterwards.</summary>
    void Complete();
}
