using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using Status = Grpc.Core.Status;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Errors as clients of BuildKit read them: a code, a message, and details in a header.</summary>
internal static class ErrorDetails
{
    private const string Header = "grpc-status-details-bin";

    /// <summary>The answer to a call that failed.</summary>
    public static RpcException ToRpc(BuildException error) => new(new Status(CodeOf(error.Kind), error.Message), Trailers(new Google.Rpc.Status { Code = (int)CodeOf(error.Kind), Message = error.Message }));

    /// <summary>What records keep of a build that failed.</summary>
    public static Google.Rpc.Status StatusOf(Exception error) => error switch
    {
        BuildException e => new Google.Rpc.Status { Code = (int)CodeOf(e.Kind), Message = e.Message },
        RpcException e => new Google.Rpc.Status { Code = (int)e.StatusCode, Message = e.Status.Detail },
        OperationCanceledException => new Google.Rpc.Status { Code = (int)StatusCode.Cancelled, Message = "context canceled" },
        _ => new Google.Rpc.Status { Code = (int)StatusCode.Unknown, Message = error.Message },
    };

    /// <summary>The headers that carry an error.</summary>
    public static Metadata Trailers(Google.Rpc.Status error) => new() { { Header, error.ToByteArray() } };

    private static StatusCode CodeOf(ErrorKind kind) => kind switch
    {
        ErrorKind.Invalid => StatusCode.InvalidArgument,
        ErrorKind.NotFound => StatusCode.NotFound,
        ErrorKind.AlreadyExists => StatusCode.AlreadyExists,
        ErrorKind.FailedPrecondition => StatusCode.FailedPrecondition,
        ErrorKind.NotSupported => StatusCode.Unimplemented,
        _ => StatusCode.Unknown,
    };
}
