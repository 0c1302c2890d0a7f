using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Tests.Daemon;

/// <summary>A client of the daemon as far as its session goes: it serves what it is given, over HTTP/2 in memory.</summary>
internal sealed class FakeClient : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Task _served;

    private FakeClient(WebApplication app, ClientSession session, Task served) => (_app, Session, _served) = (app, session, served);

    /// <summary>The daemon's side.</summary>
    public ClientSession Session { get; }

    /// <summary>Starts a client that serves one service.</summary>
    public static Task<FakeClient> StartAsync<TService>(TService service)
        where TService : class => StartAsync(s => s.AddSingleton(service), r => r.MapGrpcService<TService>());

    /// <summary>Starts a client.</summary>
    /// <param name="add">Adds what it serves with.</param>
    /// <param name="map">Maps what it serves.</param>
    /// <param name="id">Of its session.</param>
    public static async Task<FakeClient> StartAsync(Action<IServiceCollection> add, Action<IEndpointRouteBuilder> map, string id = "client")
    {
        var streams = new StreamListener();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k =>
        {
            k.Limits.MaxRequestBodySize = null;
            (k.Limits.MaxRequestHeadersTotalSize, k.Limits.MaxRequestHeaderCount) = (1 << 20, 1 << 16);
            k.Listen(streams.EndPoint, l => l.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddSingleton<IConnectionListenerFactory>(streams);
        builder.Services.AddGrpc(o => (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (StreamChannel.LargestMessage, StreamChannel.LargestMessage));
        add(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        var (near, far) = DuplexStream.CreatePair();
        var served = streams.ServeAsync(far, "daemon");
        return new FakeClient(app, new ClientSession(id, "", MethodsOf(app), near), served);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        await _served;
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static IEnumerable<string> MethodsOf(WebApplication app) => app.Services.GetRequiredService<EndpointDataSource>().Endpoints
        .Select(e => e.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.FullName).OfType<string>();
}
