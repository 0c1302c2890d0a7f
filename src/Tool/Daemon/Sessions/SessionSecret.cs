using Grpc.Core;
using MsBuildKit.Engine.Sessions;
using MsBuildKit.Tool.Protocol.Secrets;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>A secret that the client keeps.</summary>
internal sealed class SessionSecret(ClientSession client, string id) : ISecretSource
{
    public const string Method = "/moby.buildkit.secrets.v1.Secrets/GetSecret";

    /// <inheritdoc />
    public string Place => "the client's session";

    /// <inheritdoc />
    public async ValueTask<byte[]?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await new Secrets.SecretsClient(client.Channel).GetSecretAsync(new GetSecretRequest { ID = id }, cancellationToken: cancellationToken).ConfigureAwait(false)).Data.ToByteArray();
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Unimplemented)
        {
            return null;
        }
    }
}
