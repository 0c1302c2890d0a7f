using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.TestKit.Registry;

/// <summary>Uploads: begun with POST, filled with PATCH, ended with PUT, asked for with GET.</summary>
internal static class UploadEndpoint
{
    public static Task HandleAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string uploads, string id)
    {
        if (context.Request.Method == "POST") return BeginAsync(registry, repository, context, uploads);
        if (!repository.Uploads.TryGetValue(id, out var upload)) return RegistryEndpoints.SayAsync(context, 404, "BLOB_UPLOAD_UNKNOWN", "no such upload");
        return context.Request.Method switch
        {
            "GET" when registry.Quirks.NoUploadStatus => RegistryEndpoints.SayAsync(context, 405, "UNSUPPORTED", "not here"),
            "GET" => TellAsync(registry, context, uploads + id, upload, 204),
            "PATCH" => AppendAsync(registry, context, uploads + id, upload),
            "PUT" => EndAsync(registry, repository, context, id, upload),
            _ => RegistryEndpoints.SayAsync(context, 405, "UNSUPPORTED", "not here"),
        };
    }

    private static Task BeginAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string uploads)
    {
        if (Digest.TryParse(context.Request.Query["mount"], out var digest))
        {
            if (registry.Quirks.Mount is { } refusal and not 202) return RegistryEndpoints.SayAsync(context, refusal, "UNSUPPORTED", "no mounts");
            if (registry.Quirks.Mount is null && registry[context.Request.Query["from"].ToString()].Blobs.TryGetValue(digest, out var bytes))
            {
                repository.Blobs[digest] = bytes;
                context.Response.StatusCode = 201;
                return Task.CompletedTask;
            }
        }
        var id = Guid.NewGuid().ToString("N");
        var upload = repository.Uploads[id] = new MemoryStream();
        return TellAsync(registry, context, uploads + id, upload, 202);
    }

    private static Task TellAsync(TestRegistry registry, HttpContext context, string address, MemoryStream upload, int status)
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = registry.Quirks.AbsoluteLocations ? $"{registry.Address}{address.TrimStart('/')}?_state=a%2Fb%3D%3D" : address;
        context.Response.Headers.Range = $"0-{Math.Max(0, upload.Length - 1)}";
        return Task.CompletedTask;
    }

    private static async Task AppendAsync(TestRegistry registry, HttpContext context, string address, MemoryStream upload)
    {
        var range = context.Request.Headers.ContentRange.ToString();
        if (range.Length > 0 && !range.StartsWith($"{upload.Length}-", StringComparison.Ordinal))
        {
            await RegistryEndpoints.SayAsync(context, 416, "RANGE_INVALID", $"there are {upload.Length} bytes");
            return;
        }
        await context.Request.Body.CopyToAsync(upload);
        await TellAsync(registry, context, address, upload, 202);
    }

    private static async Task EndAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string id, MemoryStream upload)
    {
        await context.Request.Body.CopyToAsync(upload);
        var bytes = upload.ToArray();
        repository.Uploads.TryRemove(id, out _);
        if (!Digest.TryParse(context.Request.Query["digest"], out var digest) || digest != Digest.Of(bytes) || (registry.Quirks.AbsoluteLocations && context.Request.Query["_state"] != "a/b=="))
        {
            await RegistryEndpoints.SayAsync(context, 400, "DIGEST_INVALID", "these are other bytes");
            return;
        }
        repository.Blobs[digest] = bytes;
        context.Response.StatusCode = registry.Quirks.Uploaded;
        context.Response.Headers.Location = $"/v2/blobs/{digest}";
    }
}
