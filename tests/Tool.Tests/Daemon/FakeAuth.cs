using Google.Protobuf;
using Grpc.Core;
using MsBuildKit.Tool.Protocol.Auth;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>A client that knows one registry.</summary>
internal sealed class FakeAuth : Auth.AuthBase
{
    public required string Host { get; init; }

    public string User { get; init; } = "";

    public string Secret { get; init; } = "";

    /// <summary>It fetches this token itself; <c>null</c> means that it does not fetch any.</summary>
    public FetchTokenResponse? Token { get; init; }

    /// <summary>What it was asked for.</summary>
    public List<FetchTokenRequest> Asked { get; } = [];

    public override Task<CredentialsResponse> Credentials(CredentialsRequest request, ServerCallContext context) =>
        Task.FromResult(request.Host == Host ? new CredentialsResponse { Username = User, Secret = Secret } : new CredentialsResponse());

    public override Task<GetTokenAuthorityResponse> GetTokenAuthority(GetTokenAuthorityRequest request, ServerCallContext context) =>
        Token is not null ? Task.FromResult(new GetTokenAuthorityResponse { PublicKey = ByteString.CopyFrom(new byte[request.Salt.Length]) })
        : throw new RpcException(new Status(StatusCode.Unavailable, "client side tokens disabled"));

    public override Task<FetchTokenResponse> FetchToken(FetchTokenRequest request, ServerCallContext context)
    {
        Asked.Add(request);
        return request.Host == Host ? Task.FromResult(Token!) : throw new RpcException(new Status(StatusCode.Unknown, "failed to fetch oauth token"));
    }
}
