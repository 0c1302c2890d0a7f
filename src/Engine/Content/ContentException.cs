using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Content;

/// <summary>Bytes are not there, are not what they should be, or cannot be kept.</summary>
public sealed class ContentException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string Mismatch = "MBK1201";
    internal const string NotThere = "MBK1202";
    internal const string PlatformNotThere = "MBK1203";
    internal const string UnreadableImage = "MBK1204";
    internal const string CannotKeep = "MBK1205";
    internal const string NoStore = "MBK1206";
    internal const string CannotMaintain = "MBK1207";
    internal const string Damaged = "MBK1208";

    /// <param name="path">The file of a blob, which is named after the digest.</param>
    /// <param name="problem">What is wrong with it, in a few words.</param>
    /// <param name="inner">The cause, when it is an error.</param>
    internal static ContentException IsDamaged(string path, string problem, Exception? inner = null) => new(Damaged, ErrorKind.Unavailable,
        $"'{path}' is damaged: {problem}. Build again, which makes or pulls it anew; if that happens again, check the disk.", inner);

    internal static ContentException CannotMaintainStore(string root, Exception e) => new(CannotMaintain, ErrorKind.Unavailable,
        $"The content store '{root}' cannot be looked through or cleaned: {e.Message.TrimEnd('.')}. Check who owns its files, or remove the whole folder while nothing builds.", e);
}
