using System.Net;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.Faults.Registry;

/// <summary>Reads a registry by plain HTTP, with nothing of ours in between.</summary>
internal sealed class RegistryReader(string host) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>The manifest or index of a tag or digest, or <c>null</c>.</summary>
    public Task<byte[]?> FindManifestAsync(string repository, string target, CancellationToken cancellationToken) =>
        FindAsync($"/v2/{repository}/manifests/{target}", cancellationToken);

    public Task<byte[]?> FindBlobAsync(string repository, Digest digest, CancellationToken cancellationToken) =>
        FindAsync($"/v2/{repository}/blobs/{digest}", cancellationToken);

    /// <summary>What is missing or wrong below an index, each in a few words.</summary>
    public async Task<IReadOnlyList<string>> CheckAsync(string repository, byte[] index, CancellationToken cancellationToken)
    {
        var wrong = new List<string>();
        foreach (var entry in ImageIndex.Parse(index).Manifests)
        {
            var manifest = await FindManifestAsync(repository, entry.Digest.ToString(), cancellationToken);
            if (manifest is null || Digest.Of(manifest) != entry.Digest)
            {
                wrong.Add($"manifest {entry.Digest} is {(manifest is null ? "missing" : "wrong")}");
                continue;
            }
            var document = ImageManifest.Parse(manifest);
            foreach (var blob in document.Layers.Append(document.Config))
                if (await FindBlobAsync(repository, blob.Digest, cancellationToken) is not { } bytes) wrong.Add($"blob {blob.Digest} is missing");
                else if (Digest.Of(bytes) != blob.Digest) wrong.Add($"blob {blob.Digest} is wrong");
        }
        return wrong;
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]?> FindAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://{host}{path}");
        foreach (var type in new[] { MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerIndex, MediaTypes.DockerManifest }) request.Headers.Accept.ParseAdd(type);
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound) return null;
        return await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
    }
}
