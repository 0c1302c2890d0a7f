using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon;

/// <summary>Something that the daemon does not do for a client. Messages that clients know from BuildKit stay as they know them.</summary>
internal sealed class DaemonException(string code, ErrorKind kind, string message, Exception? inner = null) : BuildException(code, kind, message, inner)
{
    internal const string BuildTaken = "MBK2500";
    internal const string SessionTaken = "MBK2501";
    internal const string NoSession = "MBK2502";
    internal const string NoBuild = "MBK2503";
    internal const string NotGranted = "MBK2504";
    internal const string NoFrontend = "MBK2505";
    internal const string NoRef = "MBK2506";
    internal const string BadRequest = "MBK2507";
    internal const string CapabilityUnknown = "MBK2509";
    internal const string SourceDenied = "MBK2510";
    internal const string BadPolicy = "MBK2511";
    internal const string BadConfiguration = "MBK2512";
    internal const string AddressTaken = "MBK2513";
    internal const string OpenPort = "MBK2514";
    internal const string BadFilter = "MBK2515";
    internal const string NoRecord = "MBK2516";
    internal const string Stopping = "MBK2517";
    internal const string StorageUnread = "MBK2518";
    internal const string NotOffered = "MBK2519";
    internal const string NoContainer = "MBK2526";
    internal const string ContainerTaken = "MBK2527";
    internal const string FrontendFailed = "MBK2528";
    internal const string ClientFailed = "MBK2530";
    internal const string MethodNotServed = "MBK2531";
    internal const string WrongContent = "MBK2532";
}
