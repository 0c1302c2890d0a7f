using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.TestKit.Registry;

/// <summary>Manifests by tag or digest.</summary>
internal static class ManifestEndpoint
{
    public static Task HandleAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string target) => context.Request.Method switch
    {
        "HEAD" when registry.Quirks.ManifestHead is { } status => Answer(context, status),
        "GET" or "HEAD" => ReadAsync(registry, repository, context, target),
        "PUT" => WriteAsync(registry, repository, context, target),
        _ => Answer(context, 405),
    };

    private static async Task ReadAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string target)
    {
        var digest = IsTag(target) ? repository.Tags.GetValueOrDefault(target) : Digest.Parse(target);
        if (digest.IsEmpty || !repository.Manifests.TryGetValue(digest, out var manifest))
        {
            await RegistryEndpoints.SayAsync(context, 404, "MANIFEST_UNKNOWN", "no such manifest");
            return;
        }
        if (!registry.Quirks.NoDigestHeader) context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        context.Response.ContentType = manifest.MediaType;
        context.Response.ContentLength = manifest.Bytes.Length;
        if (context.Request.Method == "GET") await context.Response.Body.WriteAsync(manifest.Bytes);
    }

    private static async Task WriteAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string target)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var digest = Digest.Of(body.ToArray());
        repository.Manifests[digest] = (context.Request.ContentType!, body.ToArray());
        if (IsTag(target)) repository.Tags[target] = digest;
        if (!registry.Quirks.NoDigestHeader) context.Response.Headers["Docker-Content-Digest"] = digest.ToString();
        context.Response.StatusCode = 201;
    }

    private static bool IsTag(string target) => !target.Contains(':');

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }
}
