using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using MsBuildKit.Engine.Oci;

namespace MsBuildKit.TestKit.Registry;

/// <summary>Blobs by digest, whole or from a byte on.</summary>
internal static class BlobEndpoint
{
    private const int Piece = 16384;

    public static async Task HandleAsync(TestRegistry registry, RegistryRepositoryState repository, HttpContext context, string target)
    {
        var response = context.Response;
        if (!Digest.TryParse(target, out var digest) || !repository.Blobs.TryGetValue(digest, out var bytes))
        {
            await RegistryEndpoints.SayAsync(context, 404, "BLOB_UNKNOWN", "no such blob");
            return;
        }
        if (registry.Quirks.BlobsAt is { } elsewhere)
        {
            response.StatusCode = 307;
            response.Headers.Location = new Uri(elsewhere, context.Request.Path).AbsoluteUri;
            return;
        }
        var from = registry.Quirks.NoRanges || context.Request.Headers.Range.ToString() is not { Length: > 0 } range ? 0 : RangeHeaderValue.Parse(range).Ranges.Single().From!.Value;
        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }
        response.ContentType = "application/octet-stream";
        response.ContentLength = bytes.Length - from;
        if (context.Request.Method == "HEAD") return;
        for (var at = (int)from; at < bytes.Length; at += Piece) await response.Body.WriteAsync(bytes.AsMemory(at, Math.Min(Piece, bytes.Length - at)));
    }
}
