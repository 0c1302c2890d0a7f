using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.TestKit.Web;

/// <summary>A web server in this process, on a free port of the loopback, that records what it is asked and answers as it is told.</summary>
public sealed class TestWebServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly WebApplication _app;

    private TestWebServer(WebApplication app) => _app = app;

    /// <summary>Ends with a slash.</summary>
    public Uri Address { get; private set; } = new("http://localhost");

    /// <summary>Answers; 404 when nobody said how.</summary>
    public RequestDelegate Handler { get; set; } = context =>
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    };

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <param name="certificate">To speak TLS with; plain HTTP when <c>null</c>.</param>
    public static async Task<TestWebServer> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o =>
        {
            o.Listen(IPAddress.Loopback, 0, l => { if (certificate is not null) l.UseHttps(certificate); });
            o.Limits.MaxRequestBodySize = null;
            o.Limits.MinResponseDataRate = null;
        });
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        var server = new TestWebServer(builder.Build());
        server._app.Run(server.HandleAsync);
        await server._app.StartAsync();
        server.Address = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var record = new RecordedRequest(context.Request);
        _requests.Enqueue(record);
        try
        {
            await Handler(context);
            record.Status = context.Response.StatusCode;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The client went away.
        }
    }
}
