using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Web;

/// <summary>Serves files from memory over plain HTTP.</summary>
public sealed class FileServer : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, (byte[] Bytes, string? Authorization)> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _served = new();
    private readonly LoopbackServer _server;

    private FileServer(LoopbackServer server)
    {
        _server = server;
        server.Handler = AnswerAsync;
    }

    /// <summary>Host and port.</summary>
    public string Host => _server.Address.Authority;

    /// <summary>The paths that were answered with their files.</summary>
    public IReadOnlyCollection<string> Served => _served;

    public static async Task<FileServer> StartAsync() => new(await LoopbackServer.StartAsync());

    /// <summary>Puts a file there, for everybody or for one user with a password alone.</summary>
    public void Put(string path, byte[] bytes, string? user = null, string? password = null) =>
        _files[path] = (bytes, user is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

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
