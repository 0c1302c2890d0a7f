using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol;

namespace MsBuildKit.Tool.Transfer;

/// <summary>A file that was received.</summary>
/// <param name="Entry">As it was sent.</param>
/// <param name="Facts">Its content.</param>
/// <param name="Asked">When the transfer that brought it began, in nanoseconds since 1970 and by our clock.</param>
internal sealed record ContextFile(Stat Entry, FileFacts Facts, long Asked)
{
    // File systems of removable disks and archives count in two seconds; kernels stamp files with a clock that ticks every few milliseconds.
    private const long Window = 2_000_000_000, SharedWindow = 600_000_000_000;

    /// <summary>Whether a file of which the same is said is the same: not when it was changed so shortly before it came, or at a time that had not come yet, that another
    /// change need not show.</summary>
    /// <remarks>Clocks of two machines differ. One that is ahead makes files come again; one that is behind by more than the window is no worse than it is
    /// everywhere else, for a change within a tick of it is not told by any of them.</remarks>
    /// <param name="isShared">Clients lend different folders under the same name. Those of them that were made at about the same time have files of the very same time,
    /// for the clock that stamps them stands still for milliseconds.</param>
    public bool IsSettled(bool isShared) => Entry.ModTime < Asked - (isShared ? SharedWindow : Window);
}
