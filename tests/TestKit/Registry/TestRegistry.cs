using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using MsBuildKit.TestKit.Web;

namespace MsBuildKit.TestKit.Registry;

/// <summary>A registry (OCI distribution-spec 1.1) in this process, on a free port of the loopback. It keeps all in memory, records every
/// request, and misbehaves as it is told.</summary>
/// <remarks>A request passes <see cref="Faults"/>, then <see cref="Access"/>, then the endpoints.</remarks>
public sealed class TestRegistry : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, RegistryRepositoryState> _repositories = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly LoopbackServer _server;

    private TestRegistry(LoopbackServer server)
    {
        _server = server;
        server.Handler = HandleAsync;
    }

    /// <summary>Host and port, as an image reference names it.</summary>
    public string Name => Address.Authority;

    public Uri Address => _server.Address;

    /// <summary>Who may do what.</summary>
    public RegistryAccess Access { get; set; } = RegistryAccess.Open;

    /// <summary>How it misbehaves.</summary>
    public FaultPlan Faults { get; } = new();

    /// <summary>Ways in which registries differ.</summary>
    public RegistryQuirks Quirks { get; set; } = new();

    /// <summary>Called after each request, before the client can have the whole answer.</summary>
    public Action<RecordedRequest>? Handled { get; set; }

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public RegistryRepositoryState this[string repository] => _repositories.GetOrAdd(repository, _ => new());

    internal IEnumerable<RegistryRepositoryState> All => _repositories.Values;

    /// <param name="certificate">To speak TLS with; plain HTTP when <c>null</c>.</param>
    public static async Task<TestRegistry> StartAsync(X509Certificate2? certificate = null) => new(await LoopbackServer.StartAsync(certificate));

    /// <summary>The requests of a method whose path contains <paramref name="part"/>.</summary>
    public IReadOnlyList<RecordedRequest> Find(string method, string part = "") =>
        [.. _requests.Where(r => r.Method == method && r.Path.Contains(part, StringComparison.Ordinal))];

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        // Clients ask on the loopback whether plain HTTP is spoken, before what they are here for.
        if (context.Request.Path == "/v2/") return;
        var record = new RecordedRequest(context.Request);
        _requests.Enqueue(record);
        context.Request.Body = new CountedBody(context.Request.Body, record);
        try
        {
            await Faults.RunAsync(record, context, () => RegistryEndpoints.HandleAsync(this, context));
            record.Status = context.RequestAborted.IsCancellationRequested ? 0 : context.Response.StatusCode;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or BadHttpRequestException)
        {
            // The client went away, or a fault cut the connection.
        }
        Handled?.Invoke(record);
    }
}
