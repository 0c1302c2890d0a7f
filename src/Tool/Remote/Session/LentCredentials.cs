using Grpc.Core;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Auth;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary><c>moby.filesync.v1.Auth</c>: this machine's credentials for the registry that the builder names. Tokens the builder fetches by itself.</summary>
internal sealed class LentCredentials(ICredentialSource credentials) : Auth.AuthBase
{
    private const string DockerHub = "registry-1.docker.io";

    public override async Task<CredentialsResponse> Credentials(CredentialsRequest request, ServerCallContext context)
    {
        try
        {
            // Only images that a build stands on are fetched there; what is pushed is pushed from here.
            var found = await credentials.FindAsync(request.Host == DockerHub ? ImageReference.DefaultRegistry : request.Host, push: false, context.CancellationToken).ConfigureAwait(false);
            return found is null ? new CredentialsResponse() : new CredentialsResponse { Username = found.User, Secret = found.Secret };
        }
        catch (BuildException e)
        {
            throw new RpcException(new Status(StatusCode.FailedPrecondition, e.Message));
        }
    }
}
