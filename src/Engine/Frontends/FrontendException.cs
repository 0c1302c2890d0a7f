using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Frontends;

/// <summary>What people wrote cannot be translated to a build graph.</summary>
public sealed class FrontendException(string code, string message, Exception? inner = null)
    : BuildException(code, ErrorKind.Invalid, message, inner)
{
    internal const string ConflictingEntrypoint = "MBK1901";
    internal const string DuplicateTarget = "MBK1902";
}
