using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Llb;

/// <summary>A build graph that breaks a rule of LLB.</summary>
public sealed class LlbException(string message, Exception? inner = null)
    : BuildException(InvalidGraph, ErrorKind.Invalid, $"The build graph is not valid: {message}. Make it again with the client that sent it.", inner)
{
    internal const string InvalidGraph = "MBK1301";
}
