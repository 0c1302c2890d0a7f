using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Packages;

/// <summary>A base cannot be composed of packages.</summary>
public sealed class PackageException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string InvalidRequest = "MBK1601";
    internal const string NoMirror = "MBK1602";
    internal const string NoKeyring = "MBK1603";
    internal const string Untrusted = "MBK1604";
    internal const string Expired = "MBK1605";
    internal const string Mismatch = "MBK1606";
    internal const string Unsatisfiable = "MBK1607";
    internal const string Conflict = "MBK1608";
    internal const string UnreadablePackage = "MBK1609";
    internal const string NeedsScript = "MBK1610";
    internal const string MirrorFailed = "MBK1611";
    internal const string UnreadableLock = "MBK1612";
}
