using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Sessions;

/// <summary>Something the caller lends is not what it said.</summary>
public sealed class SessionException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string FileNotThere = "MBK1801";
    internal const string NotAFile = "MBK1802";
    internal const string NotLent = "MBK1803";
    internal const string NeverStill = "MBK1804";
}
