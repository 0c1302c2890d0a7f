using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>What goes wrong between a build and its client, in words that name the client's own.</summary>
internal static class SessionErrors
{
    /// <summary>The client refused, or is gone. A cancelled call stays one.</summary>
    /// <param name="e">How its call ended.</param>
    /// <param name="what">What was asked for, after <c>cannot</c>.</param>
    public static DaemonException Failed(RpcException e, string what) => new(DaemonException.ClientFailed, KindOf(e.StatusCode),
        $"the client's session cannot {what}: {e.Status.Detail}", e);

    /// <summary>The client does not serve what a build needs of it.</summary>
    public static DaemonException NotServed(string method) => new(DaemonException.MethodNotServed, ErrorKind.NotSupported, $"method {method} not supported by the client");

    /// <summary>What the client sent is not what it was asked for.</summary>
    public static DaemonException Wrong(string what) => new(DaemonException.WrongContent, ErrorKind.Unavailable, $"the client's session sent the wrong bytes: {what}");

    private static ErrorKind KindOf(StatusCode code) => code switch
    {
        StatusCode.NotFound => ErrorKind.NotFound,
        StatusCode.AlreadyExists => ErrorKind.AlreadyExists,
        StatusCode.InvalidArgument => ErrorKind.Invalid,
        StatusCode.FailedPrecondition or StatusCode.PermissionDenied or StatusCode.Unauthenticated => ErrorKind.FailedPrecondition,
        StatusCode.Unimplemented => ErrorKind.NotSupported,
        _ => ErrorKind.Unavailable,
    };
}
