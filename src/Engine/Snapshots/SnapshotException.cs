using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>A layer cannot be written or read.</summary>
public sealed class SnapshotException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string FileChanged = "MBK1501";
    internal const string UnreadableLayer = "MBK1502";
    internal const string InvalidEntry = "MBK1503";
    internal const string CannotReadFile = "MBK1504";
}
