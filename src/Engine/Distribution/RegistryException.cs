using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Engine.Distribution;

/// <summary>A registry, or the server of a file, refused, cannot be reached, or answered nonsense. The message never holds a secret.</summary>
public sealed class RegistryException(string code, ErrorKind kind, string message, Exception? inner = null)
    : BuildException(code, kind, message, inner)
{
    internal const string Unreachable = "MBK1401";
    internal const string Denied = "MBK1402";
    internal const string NotThere = "MBK1403";
    internal const string Refused = "MBK1404";
    internal const string WrongContent = "MBK1405";
    internal const string UnsafeAddress = "MBK1406";
    internal const string BadCredentials = "MBK1407";
    internal const string FileUnreachable = "MBK1411";
    internal const string FileDenied = "MBK1412";
    internal const string FileNotThere = "MBK1413";
    internal const string FileRefused = "MBK1414";
    internal const string FileTooLarge = "MBK1415";
}
