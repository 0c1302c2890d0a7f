using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Caching;

/// <summary>A cache from elsewhere cannot be used.</summary>
public sealed class CacheException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string Unreadable = "MBK2550";
    internal const string OtherContent = "MBK2551";
}
