using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MsBuildKit.Engine.Content;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Transfer;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon;

/// <summary>Serves BuildKit's API until it is told to stop.</summary>
internal sealed class DaemonServer(ToolHost host, DaemonOptions options)
{
    // What a browser would find is not what is served: calls are long, and so are their bodies.
    private const int Window = 4 << 20, MostCalls = 1 << 14;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var store = new LocalContentStore(options.Store);
        await using var closedStore = store.ConfigureAwait(false);
        var workers = new WorkerPool(store);
        await using var closedWorkers = workers.ConfigureAwait(false);
        using var folders = new ContextFolders(Path.Combine(store.Root, "contexts"), host.Time);
        var streams = new StreamListener();
        var app = Create(store, workers, folders, streams);
        await using var closed = app.ConfigureAwait(false);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        foreach (var place in options.Listen) await host.Error.WriteLineAsync($"listening on {Text(place)}").ConfigureAwait(false);
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (var socket in options.Listen.OfType<UnixDomainSocketEndPoint>()) File.Delete(socket.ToString());
    }

    private WebApplication Create(LocalContentStore store, WorkerPool workers, ContextFolders folders, StreamListener streams)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(Configure(streams));
        builder.Services.AddSingleton<IConnectionListenerFactory>(streams);
        builder.Services.AddSingleton(streams);
        builder.Services.AddGrpc(o =>
        {
            (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (StreamChannel.LargestMessage, StreamChannel.LargestMessage);
            o.Interceptors.Add<ErrorInterceptor>();
        });
        builder.Services.AddGrpcReflection();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
        var (builds, sessions) = (new BuildRegistry(host.Time), new SessionRegistry(host.Time));
        var worker = new WorkerDescription(IdOf(store), [host.Machine]);
        var runner = new BuildRunner(host, options, store, builds, sessions, workers, folders, new FrontendSet(new Dictionary<string, IFrontend>
        {
            [DockerfileFrontend.Name] = new DockerfileFrontend(),
            [GatewayFrontend.Name] = new GatewayFrontend(streams, worker),
        }));
        builder.Services.AddSingleton(host.Time).AddSingleton(builds).AddSingleton(sessions).AddSingleton(worker).AddSingleton(runner);
        var app = builder.Build();
        app.MapGrpcService<ControlService>();
        app.MapGrpcService<GatewayService>();
        app.MapGrpcService<HealthService>();
        app.MapGrpcReflectionService();
        return app;
    }

    private Action<KestrelServerOptions> Configure(StreamListener streams) => kestrel =>
    {
        var limits = kestrel.Limits;
        (limits.MaxRequestBodySize, limits.MinRequestBodyDataRate, limits.MinResponseDataRate) = (null, null, null);
        (limits.Http2.MaxStreamsPerConnection, limits.Http2.InitialConnectionWindowSize, limits.Http2.InitialStreamWindowSize) = (MostCalls, Window, Window);
        kestrel.Listen(streams.EndPoint, l => l.Protocols = HttpProtocols.Http2);
        foreach (var place in options.Listen)
        {
            if (place is UnixDomainSocketEndPoint socket) File.Delete(socket.ToString());
            kestrel.Listen(place, l =>
            {
                l.Protocols = HttpProtocols.Http2;
                if (place is IPEndPoint && options.Certificates is { } certificates) l.UseHttps(Https(certificates));
            });
        }
    };

    private static HttpsConnectionAdapterOptions Https(DaemonCertificates certificates) => new()
    {
        ServerCertificate = certificates.Own,
        ClientCertificateMode = certificates.Authorities.Count > 0 ? ClientCertificateMode.RequireCertificate : ClientCertificateMode.NoCertificate,
        ClientCertificateValidation = (certificate, _, _) => ClientCertificates.AreSignedBy(certificates.Authorities, certificate),
    };

    private static string IdOf(LocalContentStore store)
    {
        var path = Path.Combine(Directory.CreateDirectory(store.Root).FullName, "workerid");
        if (!File.Exists(path)) File.WriteAllText(path, RandomNumberGenerator.GetHexString(25, lowercase: true));
        return File.ReadAllText(path);
    }

    private static string Text(EndPoint place) => place is UnixDomainSocketEndPoint ? $"unix://{place}" : $"tcp://{place}";
}
