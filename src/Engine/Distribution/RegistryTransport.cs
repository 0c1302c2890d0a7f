using System.Net;
using System.Net.Sockets;

namespace MsBuildKit.Engine.Distribution;

/// <summary>Makes the HTTP clients of a registry. They follow no redirect and keep no cookie.</summary>
internal static class RegistryTransport
{
    private const int LargestToken = 1 << 20;

    /// <summary>For the registry itself, and where it redirects to: the same circle of addresses, or a wider one.</summary>
    public static HttpClient CreateForContent(RegistryAddress address, AddressGuard guard, RegistryOptions options) =>
        Create(address, options, async (context, cancellationToken) =>
        {
            var host = context.DnsEndPoint.Host;
            var (stream, reached) = await ConnectAsync(
                context.DnsEndPoint,
                found => { if (IsDirect(context) && host != address.Secure.IdnHost) guard.Require(host, found, "for content"); },
                cancellationToken).ConfigureAwait(false);
            if (IsDirect(context) && host == address.Secure.IdnHost) guard.Reached(reached);
            return stream;
        });

    /// <summary>For token servers: addresses that the registry may not send anybody to are refused before a byte is sent.</summary>
    public static HttpClient CreateForTokens(RegistryAddress address, AddressGuard guard, RegistryOptions options)
    {
        var client = Create(address, options, async (context, cancellationToken) =>
        {
            var host = context.DnsEndPoint.Host;
            var (stream, _) = await ConnectAsync(
                context.DnsEndPoint,
                found => { if (IsDirect(context) && host != address.Secure.IdnHost) guard.Require(host, found, "for a token"); },
                cancellationToken).ConfigureAwait(false);
            return stream;
        });
        client.MaxResponseContentBufferSize = LargestToken;
        return client;
    }

    /// <summary>For files of a server that an address names, and where it redirects to. A certificate is always looked at.</summary>
    public static HttpClient CreateForFiles(string server, AddressGuard guard, RegistryOptions options) =>
        Create(null, options, async (context, cancellationToken) =>
        {
            var host = context.DnsEndPoint.Host;
            var (stream, reached) = await ConnectAsync(
                context.DnsEndPoint,
                found => { if (IsDirect(context) && host != server) guard.Require(host, found, "for a file"); },
                cancellationToken).ConfigureAwait(false);
            if (IsDirect(context) && host == server) guard.Reached(reached);
            return stream;
        });

    private static HttpClient Create(RegistryAddress? address, RegistryOptions options, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>> connect)
    {
        var client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(30),
            ConnectCallback = connect,
            Proxy = new LoopbackFreeProxy(options.Proxy ?? HttpClient.DefaultProxy),
            SslOptions = RegistryCertificates.Of(address),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("msbuildkit/v0.1");
        return client;
    }

    // Through a proxy it is the proxy that is connected to, for TLS with a request of its own.
    private static bool IsDirect(SocketsHttpConnectionContext context) =>
        context.InitialRequestMessage is { RequestUri: { } target } request && request.Method != HttpMethod.Connect && target.IdnHost == context.DnsEndPoint.Host;

    private static async Task<(Stream Stream, IPAddress Reached)> ConnectAsync(DnsEndPoint target, Action<IPAddress[]> check, CancellationToken cancellationToken)
    {
        var addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        check(addresses);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, target.Port, cancellationToken).ConfigureAwait(false);
            return (new NetworkStream(socket, ownsSocket: true), ((IPEndPoint)socket.RemoteEndPoint!).Address);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
