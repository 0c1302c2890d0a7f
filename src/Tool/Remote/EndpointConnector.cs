using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers.Remote;

namespace MsBuildKit.Tool.Remote;

/// <summary>Connects to builders. What keeps from reaching one is an <see cref="IOException"/> or a <see cref="SocketException"/>.</summary>
/// <param name="environment">Says where programs are.</param>
internal sealed class EndpointConnector(IReadOnlyDictionary<string, string> environment)
{
    public async ValueTask<Stream> ConnectAsync(BuilderEndpoint endpoint, CancellationToken cancellationToken) => endpoint switch
    {
        SocketEndpoint socket when !File.Exists(socket.Path) => throw new IOException("there is no such socket"),
        SocketEndpoint socket => await ConnectAsync(new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified), s => s.ConnectAsync(new UnixDomainSocketEndPoint(socket.Path), cancellationToken)).ConfigureAwait(false),
        PortEndpoint port => await ConnectAsync(port, cancellationToken).ConfigureAwait(false),
        ProgramEndpoint program => ProgramStream.Start(Find(program.Program), program.Arguments),
        _ => throw new InvalidOperationException($"Nobody knows how to connect to '{endpoint.Text}'."),
    };

    private static async Task<Stream> ConnectAsync(PortEndpoint endpoint, CancellationToken cancellationToken)
    {
        var plain = await ConnectAsync(new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }, s => s.ConnectAsync(endpoint.Host, endpoint.Port, cancellationToken)).ConfigureAwait(false);
        if (endpoint.Authority is null) return plain;
        var secure = new SslStream(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(Options(endpoint), cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch (Exception e)
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            if (e is AuthenticationException) throw new IOException(e.Message, e);
            throw;
        }
    }

    private static async Task<Stream> ConnectAsync(Socket socket, Func<Socket, ValueTask> connect)
    {
        try
        {
            await connect(socket).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static SslClientAuthenticationOptions Options(PortEndpoint endpoint)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(endpoint.Authority!);
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            return new SslClientAuthenticationOptions
            {
                TargetHost = endpoint.ServerName ?? endpoint.Host,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                CertificateChainPolicy = policy,
                ClientCertificates = endpoint.Certificate is { } certificate ? [X509Certificate2.CreateFromPemFile(certificate, endpoint.Key)] : [],
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RemoteException(RemoteException.BadCertificate, ErrorKind.Invalid, $"A certificate or key of '{endpoint.Text}' cannot be used: {e.Message.TrimEnd('.')}. Give files in PEM.", e);
        }
    }

    private string Find(string program) =>
        environment.GetValueOrDefault("PATH", "").Split(Path.PathSeparator).Where(Path.IsPathFullyQualified).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists)
        ?? throw new RemoteException(RemoteException.NoProgram, ErrorKind.NotFound, $"The program '{program}', which leads to the builder, is not on PATH. Install it, or name the builder in another way.");
}
