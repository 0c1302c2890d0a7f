using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Snapshots;

/// <summary>A layer cannot be written or read, or the tree that it makes cannot.</summary>
public sealed class SnapshotException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string FileChanged = "MBK1501";
    internal const string UnreadableLayer = "MBK1502";
    internal const string InvalidEntry = "MBK1503";
    internal const string CannotReadFile = "MBK1504";
    internal const string NoSuchPath = "MBK1505";
    internal const string CannotChangeTree = "MBK1506";
    internal const string OwnerOutside = "MBK1507";
    internal const string CannotMount = "MBK1508";
    internal const string CannotKeepSnapshot = "MBK1509";
    internal const string UnsayableName = "MBK1510";
    internal const string NoSnapshotter = "MBK1511";
}
