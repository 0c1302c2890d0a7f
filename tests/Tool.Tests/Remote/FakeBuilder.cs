using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Tests.Remote;

/// <summary>A builder at a socket, as far as the tests say what it does.</summary>
internal sealed class FakeBuilder : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeBuilder(WebApplication app, SocketEndpoint endpoint, FakeControl control) => (_app, Endpoint, Control) = (app, endpoint, control);

    public SocketEndpoint Endpoint { get; }

    public FakeControl Control { get; }

    public static async Task<FakeBuilder> StartAsync(string socket, FakeControl control)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.ListenUnixSocket(socket, l => l.Protocols = HttpProtocols.Http2));
        builder.Services.AddGrpc(o => (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (StreamChannel.LargestMessage, StreamChannel.LargestMessage));
        builder.Services.AddSingleton(control);
        var app = builder.Build();
        app.MapGrpcService<FakeControl>();
        await app.StartAsync();
        return new FakeBuilder(app, new SocketEndpoint("unix://" + socket, socket), control);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(0);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
