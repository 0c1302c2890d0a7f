using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Protocol.Ssh;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary><c>moby.sshforward.v1.SSH</c>: conversations with the agents that the build lends.</summary>
internal sealed class LentAgents(RemoteGraph graph) : SSH.SSHBase
{
    private const int Largest = 32 << 10;
    private const string ByDefault = "default";

    public override Task<CheckAgentResponse> CheckAgent(CheckAgentRequest request, ServerCallContext context)
    {
        _ = Find(request.ID);
        return Task.FromResult(new CheckAgentResponse());
    }

    public override async Task ForwardAgent(IAsyncStreamReader<BytesMessage> requestStream, IServerStreamWriter<BytesMessage> responseStream, ServerCallContext context)
    {
        var path = Find(context.RequestHeaders.GetValue(SessionAgent.IdKey) ?? "");
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), end.Token).ConfigureAwait(false);
            using var agent = new NetworkStream(socket);
            Task[] ways = [ListenAsync(requestStream, agent, end.Token), AnswerAsync(agent, responseStream, end.Token)];
            await Task.WhenAny(ways).ConfigureAwait(false);
            await end.CancelAsync().ConfigureAwait(false);
            foreach (var way in ways) await way.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (SocketException e)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"the SSH agent does not answer: {e.Message}"));
        }
    }

    private string Find(string id) => graph.Session.FindSsh(id.Length > 0 ? id : ByDefault) switch
    {
        SshAgent { Socket: { } socket } => socket,
        SshKeys => throw new RpcException(new Status(StatusCode.FailedPrecondition, $"the SSH keys '{id}' are files, which are not lent to a builder elsewhere; load them into an agent and name its socket")),
        SshAgent => throw new RpcException(new Status(StatusCode.NotFound, $"the SSH agent '{id}' is not there: start one, so that SSH_AUTH_SOCK names its socket")),
        _ => throw new RpcException(new Status(StatusCode.NotFound, $"unset ssh forward key {id}")),
    };

    private static async Task ListenAsync(IAsyncStreamReader<BytesMessage> requests, NetworkStream agent, CancellationToken cancellationToken)
    {
        while (await requests.MoveNext(cancellationToken).ConfigureAwait(false)) await agent.WriteAsync(requests.Current.Data.Memory, cancellationToken).ConfigureAwait(false);
    }

    private static async Task AnswerAsync(NetworkStream agent, IServerStreamWriter<BytesMessage> answers, CancellationToken cancellationToken)
    {
        var buffer = new byte[Largest];
        for (int read; (read = await agent.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            await answers.WriteAsync(new BytesMessage { Data = ByteString.CopyFrom(buffer, 0, read) }, cancellationToken).ConfigureAwait(false);
    }
}
