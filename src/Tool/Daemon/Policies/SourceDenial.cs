using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol.PolicySession;

namespace MsBuildKit.Tool.Daemon.Policies;

/// <summary>The client does not allow a source, and may say why.</summary>
internal sealed class SourceDenial(string source, DecisionResponse decision)
    : BuildException(DaemonException.SourceDenied, ErrorKind.FailedPrecondition, $"source \"{source}\" not allowed by policy: action {decision.Action.ToString().ToUpperInvariant()}")
{
    /// <summary>What the client decided.</summary>
    public DecisionResponse Decision => decision;
}
