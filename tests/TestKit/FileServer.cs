using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MsBuildKit.TestKit;

/// <summary>Serves files from memory over plain HTTP, on a free port of the loopback.</summary>
public sealed class FileServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string? Authorization)> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _served = new();
    private readonly WebApplication _app;

    private FileServer(WebApplication app) => _app = app;

    /// <summary>Host and port.</summary>
    public string Host { get; private set; } = "";

    /// <summary>The paths that were answered with their files.</summary>
    public IReadOnlyCollection<string> Served => _served;

    public static async Task<FileServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(o => o.Listen(IPAddress.Loopback, 0));
        var server = new FileServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        server.Host = new Uri(server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;
        return server;
    }

    /// <summary>Puts a file there, for everybody or for one user with a password alone.</summary>
    public void Put(string path, byte[] bytes, string? user = null, string? password = null) =>
        _files[path] = (bytes, user is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = 404;
        if (!_files.TryGetValue(context.Request.Path, out var file)) return;
        response.StatusCode = 401;
        response.Headers.WWWAuthenticate = "Basic realm=\"files\"";
        if (file.Authorization is not null && context.Request.Headers.Authorization != file.Authorization) return;
        response.StatusCode = 200;
        response.ContentLength = file.Bytes.Length;
        _served.Enqueue(context.Request.Path!);
        await response.Body.WriteAsync(file.Bytes);
    }
}
