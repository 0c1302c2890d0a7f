using System.Text.Json;
using Grpc.Core;
using MsBuildKit.Engine.Workers.Remote;
using MsBuildKit.Engine.Diagnostics;

namespace MsBuildKit.Tool.Remote;

/// <summary>Why a builder failed a build, in our words.</summary>
internal static class RemoteFailure
{
    private const string Prefix = "github.com/moby/buildkit/";

    /// <summary>Whether the connection is gone, rather than the build failed.</summary>
    public static bool IsLoss(RpcException e) => e.Status.DebugException is not null || e.StatusCode is StatusCode.Cancelled or StatusCode.DeadlineExceeded;

    /// <summary>The error of a build that failed.</summary>
    /// <param name="e">What the builder answered.</param>
    /// <param name="endpoint">The builder.</param>
    /// <param name="graph">What it was to solve.</param>
    /// <param name="nameOf">Names a step by its digest.</param>
    public static RemoteException Of(RpcException e, BuilderEndpoint endpoint, RemoteGraph graph, Func<string, string?> nameOf)
    {
        var details = DetailsOf(e);
        var step = Text(details, "errdefs.Vertex+json", "digest") is { } digest ? nameOf(digest) : null;
        if (step is null) return new RemoteException(RemoteException.SolveFailed, KindOf(e.StatusCode), $"The builder '{endpoint.Text}' failed the build: {e.Status.Detail.TrimEnd('.')}. Repair what it says.", e);
        var why = CodeOf(details) is { } code ? $"the command ended with exit code {code}" : e.Status.Detail.TrimEnd('.');
        return new RemoteException(RemoteException.StepFailed, KindOf(e.StatusCode), $"{step}: {why}. The builder is '{endpoint.Text}'.", e) { Position = graph.FindPosition(step) };
    }

    private static Dictionary<string, JsonElement> DetailsOf(RpcException e)
    {
        var details = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var detail in e.GetRpcStatus()?.Details ?? [])
            if (detail.TypeUrl.StartsWith(Prefix, StringComparison.Ordinal) && Parse(detail.Value.Memory) is { } value)
                details.TryAdd(detail.TypeUrl[Prefix.Length..], value);
        return details;
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(Dictionary<string, JsonElement> details, string type, string key) =>
        details.TryGetValue(type, out var value) && value.TryGetProperty(key, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static long? CodeOf(Dictionary<string, JsonElement> details) =>
        details.FirstOrDefault(d => d.Key.EndsWith("ExitMessage+json", StringComparison.Ordinal)).Value is { ValueKind: JsonValueKind.Object } exit
        && exit.TryGetProperty("Code", out var code) && code.TryGetInt64(out var number) ? number : null;

    private static ErrorKind KindOf(StatusCode code) => code switch
    {
        StatusCode.InvalidArgument => ErrorKind.Invalid,
        StatusCode.NotFound => ErrorKind.NotFound,
        StatusCode.FailedPrecondition or StatusCode.PermissionDenied => ErrorKind.FailedPrecondition,
        StatusCode.Unimplemented => ErrorKind.NotSupported,
        _ => ErrorKind.Unavailable,
    };
}
