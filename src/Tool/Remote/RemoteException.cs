using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Remote;

/// <summary>A builder somewhere else does not do what it should.</summary>
internal sealed class RemoteException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string NoBuilder = "MBK2601";
    internal const string SolveFailed = "MBK2602";
    internal const string StepFailed = "MBK2603";
    internal const string NoProgram = "MBK2604";
    internal const string WrongResult = "MBK2605";
    internal const string BadCertificate = "MBK2606";
}
