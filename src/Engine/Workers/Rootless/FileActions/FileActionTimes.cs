using MsBuildKit.Engine.Llb.Pb;

namespace MsBuildKit.Engine.Workers.Rootless.FileActions;

/// <summary>When a file action says that what it makes was made.</summary>
internal static class FileActionTimes
{
    /// <summary>In nanoseconds since 1970; -1 for none.</summary>
    public static long Of(FileAction action) => action.Copy?.Timestamp ?? action.Mkdir?.Timestamp ?? action.Mkfile?.Timestamp ?? action.Symlink?.Timestamp ?? -1;
}
