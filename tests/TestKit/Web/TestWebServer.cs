using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using MsBuildKit.TestKit.Registry;

namespace MsBuildKit.TestKit.Web;

/// <summary>A web server that records what it is asked and answers as it is told.</summary>
public sealed class TestWebServer : IAsyncDisposable
{
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly LoopbackServer _server;

    private TestWebServer(LoopbackServer server)
    {
        (_server, Handler) = (server, server.Handler);
        server.Handler = HandleAsync;
    }

    /// <summary>Ends with a slash.</summary>
    public Uri Address => _server.Address;

    /// <summary>Answers; 404 when nobody said how.</summary>
    public RequestDelegate Handler { get; set; }

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    /// <param name="certificate">To speak TLS with; plain HTTP when <c>null</c>.</param>
    public static async Task<TestWebServer> StartAsync(X509Certificate2? certificate = null) => new(await LoopbackServer.StartAsync(certificate));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

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
