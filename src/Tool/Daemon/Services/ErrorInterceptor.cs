using Grpc.Core;
using Grpc.Core.Interceptors;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Daemon.Services;

/// <summary>Tells clients what went wrong, whatever they called.</summary>
internal sealed class ErrorInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        TellAsync(() => continuation(request, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        TellAsync(() => AsResult(continuation(request, responseStream, context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        TellAsync(() => AsResult(continuation(requestStream, responseStream, context)), context);

    private static async Task<T> TellAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (BuildException e)
        {
            throw ErrorDetails.ToRpc(e);
        }
        catch (OperationCanceledException) when (context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "context canceled"));
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "the build has ended"));
        }
        catch (Exception e) when (e is not RpcException)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The call failed in a way that nobody foresaw: {e.Message.TrimEnd('.')}. Please report it ({ToolException.Unforeseen})."));
        }
    }

    private static async Task<bool> AsResult(Task call)
    {
        await call.ConfigureAwait(false);
        return true;
    }
}
