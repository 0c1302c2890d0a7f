using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol.Ssh;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>An SSH agent of the client. Each conversation with it is a call.</summary>
internal sealed record SessionAgent(ClientSession Client, string Id) : SshRelay
{
    public const string Method = "/moby.sshforward.v1.SSH/CheckAgent";

    /// <summary>Which agent a call is for.</summary>
    public const string IdKey = "buildkit.ssh.id";

    private string? _refusal;

    /// <inheritdoc />
    public override string? Refusal => _refusal;

    /// <inheritdoc />
    public override async ValueTask<bool> ExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new SSH.SSHClient(Client.Channel).CheckAgentAsync(new CheckAgentRequest { ID = Id }, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.DeadlineExceeded)
        {
            throw SessionErrors.Failed(e, $"lend the SSH keys '{Id}'");
        }
        catch (RpcException e)
        {
            // Clients say in words of their own that they have no such keys.
            _refusal = e.Status.Detail;
            return false;
        }
    }

    /// <inheritdoc />
    public override ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var call = new SSH.SSHClient(Client.Channel).ForwardAgent(new Metadata { { IdKey, Id } }, cancellationToken: Client.Closed);
        return new(new BytesTunnel(token => ReceiveAsync(call, token), (piece, token) => SendAsync(call, piece, token), () =>
        {
            call.Dispose();
            return Task.CompletedTask;
        }));
    }

    private static async ValueTask<ByteString?> ReceiveAsync(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false) ? call.ResponseStream.Current.Data : null;
        }
        catch (RpcException e)
        {
            throw new IOException(e.Status.Detail, e);
        }
    }

    private static async Task SendAsync(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call, ByteString piece, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(new BytesMessage { Data = piece }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException)
        {
            throw new IOException("the conversation with the agent is over", e);
        }
    }
}
