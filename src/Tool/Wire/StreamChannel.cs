using Grpc.Net.Client;

namespace MsBuildKit.Tool.Wire;

/// <summary>Calls over a stream whose other end serves them.</summary>
internal static class StreamChannel
{
    /// <summary>As containerd has it, and so BuildKit.</summary>
    public const int LargestMessage = 16 << 20;

    private const int Window = 4 << 20;

    /// <summary>A channel whose only connection is the stream.</summary>
    public static GrpcChannel Open(Stream stream)
    {
        var used = 0;
        return Open((_, _) => Interlocked.Exchange(ref used, 1) == 0 ? new(stream) : ValueTask.FromException<Stream>(new IOException("the connection has ended")));
    }

    /// <summary>A channel that connects in a way of its own.</summary>
    public static GrpcChannel Open(Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect) => GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = connect,
            UseProxy = false,
            EnableMultipleHttp2Connections = false,
            InitialHttp2StreamWindowSize = Window,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        },
        DisposeHttpClient = true,
        MaxReceiveMessageSize = LargestMessage,
        MaxSendMessageSize = LargestMessage,
        // What fails is told: a session's calls are not to be made twice behind its back.
        MaxRetryAttempts = 1,
        ThrowOperationCanceledOnCancellation = true,
    });
}
