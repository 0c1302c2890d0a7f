using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Distribution;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Protocol.Control;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Remote.Session;

/// <summary>Serves a builder what a build lends, over a call that this side opens.</summary>
internal sealed class LentSessionServer : IAsyncDisposable
{
    private const string IdKey = "x-docker-expose-session-uuid", NameKey = "x-docker-expose-session-name", SharedKey = "x-docker-expose-session-sharedkey";

    /// <summary>The header of which the builder gets several.</summary>
    public const string MethodKey = "x-docker-expose-session-grpc-method";

    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(300);

    private readonly WebApplication _app;
    private readonly StreamListener _streams;
    private AsyncDuplexStreamingCall<BytesMessage, BytesMessage>? _call;
    private BytesTunnel? _tunnel;
    private Task _served = Task.CompletedTask;

    private LentSessionServer(WebApplication app, StreamListener streams) => (_app, _streams) = (app, streams);

    /// <summary>What solve requests call it.</summary>
    public string Id { get; } = RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Gets ready to serve.</summary>
    public static async Task<LentSessionServer> StartAsync(RemoteGraph graph, ICredentialSource credentials, CancellationToken cancellationToken)
    {
        var streams = new StreamListener();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            (k.Limits.MaxRequestBodySize, k.Limits.MinRequestBodyDataRate, k.Limits.MinResponseDataRate) = (null, null, null);
            // Every pattern of a context is a header.
            (k.Limits.MaxRequestHeadersTotalSize, k.Limits.MaxRequestHeaderCount) = (1 << 20, 1 << 16);
            k.Listen(streams.EndPoint, l => l.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(streams).AddSingleton(graph).AddSingleton(credentials)
            .AddSingleton<LentFiles>().AddSingleton<LentSecrets>().AddSingleton<LentAgents>().AddSingleton<LentCredentials>().AddSingleton<LentContent>();
        builder.Services.AddGrpc(o => (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (StreamChannel.LargestMessage, StreamChannel.LargestMessage));
        var app = builder.Build();
        app.MapGrpcService<LentFiles>();
        app.MapGrpcService<LentSecrets>();
        app.MapGrpcService<LentAgents>();
        app.MapGrpcService<LentCredentials>();
        app.MapGrpcService<LentContent>();
        app.MapGrpcService<HealthService>();
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        return new LentSessionServer(app, streams);
    }

    /// <summary>Opens the session.</summary>
    /// <param name="control">The builder.</param>
    /// <param name="sharedKey">What builds of the same project have in common.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Open(Control.ControlClient control, string sharedKey, CancellationToken cancellationToken)
    {
        // The sender of the connection makes one header of each method.
        var headers = new Metadata { { IdKey, Id }, { NameKey, "msbuildkit" }, { SharedKey, sharedKey } };
        foreach (var method in Methods()) headers.Add(MethodKey, method);
        var call = _call = control.Session(headers, cancellationToken: cancellationToken);
        _tunnel = new BytesTunnel(
            token => ReceiveAsync(call, token),
            (data, token) => SendAsync(call, data, token),
            () => Task.CompletedTask);
        _served = _streams.ServeAsync(_tunnel, this);
    }

    public async ValueTask DisposeAsync()
    {
        _call?.Dispose();
        if (_tunnel is { } tunnel) await tunnel.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAny(_served, Task.Delay(s_patience)).ConfigureAwait(false);
        using var stop = new CancellationTokenSource(s_patience);
        await _app.StopAsync(stop.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }

    // However the call ends, it is the end of the connection.
    private static async ValueTask<ByteString?> ReceiveAsync(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false) ? call.ResponseStream.Current.Data : null;
        }
        catch (RpcException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task SendAsync(AsyncDuplexStreamingCall<BytesMessage, BytesMessage> call, ByteString data, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(new BytesMessage { Data = data }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException("the session has ended", e);
        }
    }

    // What is not served here would be called all the same, and fail.
    private IEnumerable<string> Methods() => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .Select(e => e.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName).OfType<string>()
        .Where(m => !m.Contains("Token", StringComparison.Ordinal)).Distinct();
}
