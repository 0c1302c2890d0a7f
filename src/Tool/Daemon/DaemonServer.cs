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
using MsBuildKit.Engine.Diagnostics;
using MsBuildKit.Engine.Workers;
using MsBuildKit.Tool.Daemon.Builds;
using MsBuildKit.Tool.Daemon.Configuration;
using MsBuildKit.Tool.Daemon.Devices;
using MsBuildKit.Tool.Daemon.Frontends;
using MsBuildKit.Tool.Daemon.Records;
using MsBuildKit.Tool.Daemon.Services;
using MsBuildKit.Tool.Daemon.Sessions;
using MsBuildKit.Tool.Daemon.Statements;
using MsBuildKit.Tool.Transfer;
using MsBuildKit.Tool.Wire;

namespace MsBuildKit.Tool.Daemon;

/// <summary>Serves BuildKit's API until it is told to stop.</summary>
internal sealed class DaemonServer(ToolHost host, DaemonOptions options)
{
    // Blocks are compressed, and files hashed and written, on the threads that answer clients too, which must not wait for all of that.
    private const int Threads = 16;

    // What a browser would find is not what is served: calls are long, and so are their bodies.
    private const int Window = 4 << 20, MostCalls = 1 << 14;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LibraryMemory.Limit();
        ThreadPool.GetMinThreads(out var threads, out var ports);
        ThreadPool.SetMinThreads(Math.Max(threads, Threads), ports);
        using var signals = new StopSignals();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(signals.Stop, cancellationToken);
        var sockets = options.Listen.OfType<UnixDomainSocketEndPoint>().ToList();
        foreach (var socket in sockets) await ListenSocket.ClearAsync(socket, cancellationToken).ConfigureAwait(false);
        var store = new LocalContentStore(options.Store);
        await using var closedStore = store.ConfigureAwait(false);
        store.Create();
        var workers = new WorkerPool(store);
        await using var closedWorkers = workers.ConfigureAwait(false);
        using var folders = new ContextFolders(Path.Combine(store.Root, "contexts"), host.Time);
        var builds = new BuildGate(new IdleMemory(host.Time));
        using var storage = new DaemonStorage(host, store, folders, builds, workers);
        var cleaner = new StoreCleaner(host, store.Root, storage, options.Rules);
        await using var closedCleaner = cleaner.ConfigureAwait(false);
        var streams = new StreamListener();
        var app = Create(store, workers, folders, streams, builds, storage, cleaner);
        await using var closed = app.ConfigureAwait(false);
        await StartAsync(app, cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var socket in sockets) SocketOwner.Apply(socket.ToString(), options);
            foreach (var place in options.Listen) await host.Error.WriteLineAsync($"listening on {ListenAddress.Text(place)}").ConfigureAwait(false);
            app.Services.GetRequiredService<BuildRunner>().Prepare();
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WaitForBuildsAsync(builds, signals.End).ConfigureAwait(false);
            await app.StopAsync(signals.End).ConfigureAwait(false);
        }
        finally
        {
            foreach (var socket in sockets) File.Delete(socket.ToString());
        }
    }

    private static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new DaemonException(DaemonException.AddressTaken, ErrorKind.AlreadyExists, $"The daemon cannot listen: {e.Message.TrimEnd('.')}. Name another address with --addr.", e);
        }
    }

    // Builds that run may end; whoever is in a hurry says so a second time.
    private async Task WaitForBuildsAsync(BuildGate builds, CancellationToken end)
    {
        var ended = builds.CloseAsync();
        if (!ended.IsCompleted) await host.Error.WriteLineAsync($"stopping: builds that run have {options.Patience.TotalSeconds:0} seconds to end").ConfigureAwait(false);
        await ended.WaitAsync(options.Patience, host.Time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private WebApplication Create(LocalContentStore store, WorkerPool workers, ContextFolders folders, StreamListener streams, BuildGate gate, DaemonStorage storage, StoreCleaner cleaner)
    {
        // No file of the folder it is started in and no variable of the web server's has a say, and no file there is watched.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(Configure(streams));
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IConnectionListenerFactory>(streams);
        builder.Services.AddSingleton(streams);
        builder.Services.AddGrpc(o =>
        {
            (o.MaxReceiveMessageSize, o.MaxSendMessageSize) = (StreamChannel.LargestMessage, StreamChannel.LargestMessage);
            o.Interceptors.Add<ErrorInterceptor>();
        });
        builder.Services.AddGrpcReflection();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        var (builds, sessions) = (new BuildRegistry(host.Time), new SessionRegistry(host.Time));
        var devices = new DaemonDevices(options.DeviceFolders, options.AllowedDevices);
        var worker = new WorkerDescription(IdOf(store), options.Platforms is { Count: > 0 } platforms ? platforms : [host.Machine], options.Labels, devices);
        var history = new BuildHistory(Path.Combine(store.Root, "builds"), options.HistoryAge, options.HistoryEntries, host.Time);
        var runner = new BuildRunner(host, options, store, builds, sessions, workers, folders, gate, history, cleaner, new FrontendSet(Frontends(streams, worker)), new KnownProducers(), devices);
        builder.Services.AddSingleton(host.Time).AddSingleton(builds).AddSingleton(sessions).AddSingleton(worker).AddSingleton(runner).AddSingleton(history).AddSingleton(storage).AddSingleton(store);
        var app = builder.Build();
        app.MapGrpcService<ControlService>();
        app.MapGrpcService<GatewayService>();
        app.MapGrpcService<ContentService>();
        app.MapGrpcService<TraceService>();
        app.MapGrpcService<HealthService>();
        app.MapGrpcReflectionService();
        return app;
    }

    private Dictionary<string, IFrontend> Frontends(StreamListener streams, WorkerDescription worker)
    {
        var frontends = new Dictionary<string, IFrontend>();
        if (options.HasDockerfileFrontend) frontends[DockerfileFrontend.Name] = new DockerfileFrontend();
        if (options.HasGatewayFrontend) frontends[GatewayFrontend.Name] = new GatewayFrontend(streams, worker);
        return frontends;
    }

    private Action<KestrelServerOptions> Configure(StreamListener streams) => kestrel =>
    {
        var limits = kestrel.Limits;
        (limits.MaxRequestBodySize, limits.MinRequestBodyDataRate, limits.MinResponseDataRate) = (null, null, null);
        (limits.Http2.MaxStreamsPerConnection, limits.Http2.InitialConnectionWindowSize, limits.Http2.InitialStreamWindowSize) = (MostCalls, Window, Window);
        kestrel.Listen(streams.EndPoint, l => l.Protocols = HttpProtocols.Http2);
        foreach (var place in options.Listen)
        {
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
}
