using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>What a client says of itself when it opens a session (BuildKit's session/manager.go).</summary>
internal static class SessionHeaders
{
    private const string Id = "x-docker-expose-session-uuid", SharedKey = "x-docker-expose-session-sharedkey", Method = "x-docker-expose-session-grpc-method";

    /// <summary>The session of a call, over its bytes. Throws MBK2507 when it has no id.</summary>
    public static ClientSession Open(Metadata headers, Stream tunnel)
    {
        var id = headers.GetValue(Id);
        if (string.IsNullOrEmpty(id)) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"a session needs an id: send it as '{Id}'");
        return new ClientSession(id, headers.GetValue(SharedKey) ?? "", headers.GetAll(Method).Select(m => m.Value), tunnel);
    }
}
