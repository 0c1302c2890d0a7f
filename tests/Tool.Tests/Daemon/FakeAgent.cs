using Grpc.Core;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Ssh;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>An agent that says back whatever it hears.</summary>
internal sealed class FakeAgent(string id) : SSH.SSHBase
{
    private int _conversations;

    /// <summary>Those that are going on.</summary>
    public int Conversations => Volatile.Read(ref _conversations);

    public override Task<CheckAgentResponse> CheckAgent(CheckAgentRequest request, ServerCallContext context) =>
        request.ID == id ? Task.FromResult(new CheckAgentResponse()) : throw new RpcException(new Status(StatusCode.Unknown, $"unset ssh forward key {request.ID}"));

    public override async Task ForwardAgent(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(SessionAgent.IdKey) != id) throw new RpcException(new Status(StatusCode.NotFound, "no such agent"));
        Interlocked.Increment(ref _conversations);
        try
        {
            await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(message);
        }
        finally
        {
            Interlocked.Decrement(ref _conversations);
        }
    }
}
