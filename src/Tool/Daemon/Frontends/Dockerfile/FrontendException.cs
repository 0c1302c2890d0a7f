using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Frontends.Dockerfile;

/// <summary>Something that a client asks of Dockerfiles and does not get, whatever stands in the Dockerfile.</summary>
internal sealed class FrontendException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string BadAttribute = "MBK2520";
    internal const string NoDockerfile = "MBK2521";
    internal const string UnknownRequest = "MBK2522";
    internal const string UnknownCapability = "MBK2523";
    internal const string OutOfReach = "MBK2524";
    internal const string NoLayout = "MBK2525";

    /// <summary>The question that is not answered, for the typed error that clients look for; or <c>null</c>.</summary>
    public string? Subrequest { get; init; }

    /// <summary>The capability that is not there, for the typed error that clients look for; or <c>null</c>.</summary>
    public string? Capability { get; init; }
}
