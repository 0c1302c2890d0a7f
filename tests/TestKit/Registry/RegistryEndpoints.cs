using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace MsBuildKit.TestKit.Registry;

/// <summary>Finds the endpoint of a request.</summary>
internal static partial class RegistryEndpoints
{
    public static Task HandleAsync(TestRegistry registry, HttpContext context)
    {
        var path = context.Request.Path.Value!;
        if (path == "/token") return registry.Access.ServeTokenAsync(context);
        var match = Route().Match(path);
        var (name, kind, rest) = (match.Groups["name"].Value, match.Groups["kind"].Value, match.Groups["rest"].Value);
        if (!registry.Access.Admit(context, [.. Scopes(context.Request, name, kind)])) return Task.CompletedTask;
        var repository = match.Success ? registry[name] : null;
        return kind switch
        {
            "manifests" => ManifestEndpoint.HandleAsync(registry, repository!, context, rest),
            "blobs/uploads" => UploadEndpoint.HandleAsync(registry, repository!, context, $"/v2/{name}/blobs/uploads/", rest),
            "blobs" => BlobEndpoint.HandleAsync(registry, repository!, context, rest),
            _ => SayAsync(context, 404, "NAME_UNKNOWN", "nothing is there"),
        };
    }

    public static Task SayAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new { errors = new[] { new { code, message } } });
    }

    private static IEnumerable<string> Scopes(HttpRequest request, string name, string kind)
    {
        if (name.Length == 0) yield break;
        yield return $"repository:{name}:pull";
        if (request.Method is not ("GET" or "HEAD")) yield return $"repository:{name}:push";
        if (kind == "blobs/uploads" && request.Query["from"].ToString() is { Length: > 0 } from) yield return $"repository:{from}:pull";
    }

    [GeneratedRegex("^/v2/(?<name>.+?)/(?<kind>manifests|blobs/uploads|blobs)/(?<rest>.*)$")]
    private static partial Regex Route();
}
