using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>What a client says of itself when it opens a session (BuildKit's session/manager.go).</summary>
internal static class SessionHeaders
{
    private const string Id = "x-docker-expose-session-uuid", SharedKey = "x-docker-expose-session-sharedkey", Method = "x-docker-expose-session-grpc-method", Health = "x-buildkit-session-health-custom-timeout";

    /// <summary>The session of a call, over its bytes. Throws MBK2507 when it has no id.</summary>
    public static ClientSession Open(IHeaderDictionary headers, Stream tunnel)
    {
        var id = headers[Id].ToString();
        if (id.Length == 0) throw new DaemonException(DaemonException.BadRequest, ErrorKind.Invalid, $"a session needs an id: send it as '{Id}'");
        return new ClientSession(id, headers[SharedKey].ToString(), headers[Method].OfType<string>(), tunnel) { Health = SessionHealth.Parse(headers[Health].ToString()) };
    }
}
