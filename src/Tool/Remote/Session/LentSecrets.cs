using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Tool.Protocol.Secrets;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary><c>moby.buildkit.secrets.v1.Secrets</c>: read when a step asks, and only those that the build lends.</summary>
internal sealed class LentSecrets(RemoteGraph graph) : Secrets.SecretsBase
{
    public override async Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context)
    {
        try
        {
            var secret = graph.Session.FindSecret(request.ID) is { } source ? await source.FindAsync(context.CancellationToken).ConfigureAwait(false) : null;
            if (secret is null) throw new RpcException(new Status(StatusCode.NotFound, $"secret {request.ID} not found"));
            return new GetSecretResponse { Data = UnsafeByteOperations.UnsafeWrap(secret) };
        }
        catch (BuildException e)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, e.Message));
        }
    }
}
