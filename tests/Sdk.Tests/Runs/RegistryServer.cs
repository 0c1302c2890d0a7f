using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MsBuildKit.TestKit.Real;

namespace MsBuildKit.Sdk.Tests.Runs;

/// <summary>A registry that several tests share, asked without any of our own code.</summary>
public sealed class RegistryServer : IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private DockerRegistry _registry = null!;

    public string Host => _registry.Host;

    public async ValueTask InitializeAsync()
    {
        _registry = await DockerRegistry.StartAsync();
        _http.BaseAddress = new Uri($"http://{Host}/");
    }

    public async Task<IReadOnlyList<string>> TagsAsync(string repository) =>
        [.. (await _http.GetFromJsonAsync<JsonNode>($"v2/{repository}/tags/list"))!["tags"]!.AsArray().Select(t => (string)t!).Order()];

    /// <summary>The digest behind a tag.</summary>
    public async Task<string> ResolveAsync(string repository, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, $"v2/{repository}/manifests/{tag}");
        foreach (var type in new[] { "index", "manifest" }) request.Headers.Accept.ParseAdd($"application/vnd.oci.image.{type}.v1+json");
        using var answer = await _http.SendAsync(request);
        return answer.EnsureSuccessStatusCode().Headers.GetValues("Docker-Content-Digest").Single();
    }

    public async Task DeleteAsync(string repository, string tag) =>
        (await _http.DeleteAsync(new Uri($"v2/{repository}/manifests/{await ResolveAsync(repository, tag)}", UriKind.Relative))).EnsureSuccessStatusCode();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _registry.DisposeAsync();
    }
}
