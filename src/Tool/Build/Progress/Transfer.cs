using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Text;

namespace MsBuildKit.Tool.Build.Progress;

/// <summary>How far something is that is moved.</summary>
internal static class Transfer
{
    /// <summary><c>4.2 MB / 29.1 MB</c>.</summary>
    public static string Text(StepProgress progress) =>
        progress.Total is { } total ? $"{ByteSize.Text(progress.Current)} / {ByteSize.Text(total)}" : ByteSize.Text(progress.Current);
}
