using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Engine.Oci;
using MsBuildKit.Tool.Protocol.Auth;

namespace MsBuildKit.Tool.Daemon.Sessions;

/// <summary>What registries are told of the client of one build, and of nobody else. A client that fetches tokens itself never shows a password.</summary>
/// <remarks>Clients prove that they have the same credentials by keys, for daemons that share tokens between them; here nothing is shared, so the key only says
/// that the client fetches tokens.</remarks>
/// <param name="client">The client, or <c>null</c> for a build that has none and so asks anonymously.</param>
/// <param name="time">The clock.</param>
internal sealed class SessionCredentials(ClientSession? client, TimeProvider time) : ICredentialSource
{
    private const string Service = "/moby.filesync.v1.Auth/";

    private const int SaltSize = 32, KeySize = 32;

    // As BuildKit has it.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ByteString _salt = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(SaltSize));

    /// <inheritdoc />
    public async ValueTask<Credential?> FindAsync(string registry, bool push, CancellationToken cancellationToken)
    {
        if (client?.Serves(Service + "Credentials") is not true) return null;
        try
        {
            var answer = await Open(client).CredentialsAsync(new CredentialsRequest { Host = HostOf(registry) }, null, Deadline, cancellationToken).ConfigureAwait(false);
            return answer.Secret.Length == 0 ? null : new Credential(answer.Username, answer.Secret, IsToken: answer.Username.Length == 0);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            return null;
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, $"lend the credentials for '{registry}'");
        }
    }

    /// <inheritdoc />
    public async ValueTask<LentToken?> FindTokenAsync(TokenWish wish, CancellationToken cancellationToken)
    {
        if (client?.Serves(Service + "FetchToken") is not true || !await FetchesTokensAsync(client, wish.Registry, cancellationToken).ConfigureAwait(false)) return null;
        var request = new FetchTokenRequest { ClientID = "msbuildkit", Host = HostOf(wish.Registry), Realm = wish.Realm.OriginalString, Service = wish.Service, Scopes = { wish.Scopes } };
        try
        {
            var answer = await Open(client).FetchTokenAsync(request, null, Deadline, cancellationToken).ConfigureAwait(false);
            return new LentToken(answer.Token, LifetimeOf(answer));
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, $"fetch a token for '{wish.Registry}'");
        }
    }

    private DateTime Deadline => (time.GetUtcNow() + s_patience).UtcDateTime;

    private static Auth.AuthClient Open(ClientSession client) => new(client.Channel);

    // Clients know Docker Hub by the host that is really spoken to.
    private static string HostOf(string registry) => registry == ImageReference.DefaultRegistry ? "registry-1.docker.io" : registry;

    private async Task<bool> FetchesTokensAsync(ClientSession client, string registry, CancellationToken cancellationToken)
    {
        if (!client.Serves(Service + "GetTokenAuthority")) return false;
        try
        {
            var answer = await Open(client).GetTokenAuthorityAsync(new GetTokenAuthorityRequest { Host = HostOf(registry), Salt = _salt }, null, Deadline, cancellationToken).ConfigureAwait(false);
            return answer.PublicKey.Length == KeySize;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unimplemented or StatusCode.Unavailable)
        {
            return false;
        }
        catch (RpcException e)
        {
            throw SessionErrors.Failed(e, $"say whether it fetches tokens for '{registry}'");
        }
    }

    // The clocks of two machines may differ: a time that makes no sense here is passed over.
    private TimeSpan? LifetimeOf(FetchTokenResponse answer)
    {
        if (answer.ExpiresIn is <= 0 or > int.MaxValue) return null;
        var whole = TimeSpan.FromSeconds(answer.ExpiresIn);
        var rest = answer.IssuedAt <= 0 ? whole : whole - (time.GetUtcNow() - DateTimeOffset.UnixEpoch - TimeSpan.FromSeconds(Math.Min(answer.IssuedAt, int.MaxValue * 4L)));
        return rest > TimeSpan.Zero && rest < whole ? rest : whole;
    }
}
